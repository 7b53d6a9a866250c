using Distillation.Losses;

namespace Distillation.Training;

/// <summary>A student with its loss and its optimizer: all that one optimizer changes.</summary>
/// <remarks>
/// A learner serves one run: <see cref="Prepare"/>, then for each update <see cref="AccumulateGradients"/> once or several times, then <see cref="Update"/>.
/// </remarks>
public sealed partial class Learner : IDisposable
{
    private const string Total = "";

    private readonly LossSum _loss;
    private readonly LossMeter _meter = new();
    private readonly GradientNormMonitor _normMonitor = new();
    private IOptimizerStrategy? _strategy;
    private UpdateOptions? _update;
    private (string Name, Parameter Parameter)[] _named = [];
    private Parameter[] _parameters = [];
    private torch.optim.Optimizer? _optimizer;
    private WeightAverage? _average;
    private Tensor? _gradientNorm;
    private double _learningRate;

    /// <summary>Creates a learner.</summary>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <param name="loss">The loss that the updates minimize.</param>
    /// <param name="optimizer">The optimizer. Its default is <see cref="TrainerOptions.Optimizer"/> of the run.</param>
    /// <param name="update">Clipping and averaging. The default is <see cref="TrainerOptions.Update"/> of the run.</param>
    /// <exception cref="ArgumentException">The loss reads a layer that the student does not have.</exception>
    public Learner(IStudent student, IDistillationLoss loss, IOptimizerStrategy? optimizer = null, UpdateOptions? update = null)
    {
        Student = Require.Present(student);
        Loss = Require.Present(loss);
        _loss = loss as LossSum ?? LossSum.Of(loss);
        _strategy = optimizer;
        _update = update;
        RequireLayers(loss.Features.Student, student.AvailableFeatures, nameof(student));
    }

    /// <summary>Gets the name, which precedes the learner's terms in reports of a scheme with several learners, and names its file in a checkpoint.</summary>
    /// <value>Not empty. The default is <c>student</c>.</value>
    public string Name
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            field = value;
        }
    }

        = "student";

    /// <summary>Gets the student.</summary>
    public IStudent Student { get; }

    /// <summary>Gets the loss.</summary>
    public IDistillationLoss Loss { get; }

    /// <summary>Gets what the losses require of class ids; known once the learner is prepared.</summary>
    internal IReadOnlyList<ClassIds> ClassIds { get; private set; } = [];

    /// <summary>Gets or sets the check of the loss's normalization layers on the first batch.</summary>
    internal NormalizationCheck? Normalization { get; set; }

    /// <summary>Runs the student on a batch.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="features">Layers to read besides those that the loss reads: what others learn from this student. The default is none.</param>
    /// <returns>The student's output with its graph, in the current dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The student cannot take the batch.</exception>
    public ModelOutput Forward(Batch batch, FeatureSet? features = null) =>
        ForwardPass.Run(this, Require.Present(batch), features is null ? Loss.Features.Student : Loss.Features.Student | features);

    /// <summary>Prepares the loss on the first batch, then creates the optimizer over the trained parameters of student and loss.</summary>
    /// <param name="sample">The outputs of student and teacher for the first batch.</param>
    /// <exception cref="InvalidOperationException">
    /// The student has no parameter that is trained, the learner has no optimizer or is prepared already, or a loss on logits cannot be computed of the batch.
    /// </exception>
    public void Prepare(DistillationContext sample)
    {
        if (_optimizer is not null)
        {
            throw new InvalidOperationException("The learner is prepared already. A learner serves one run: make a new one.");
        }

        IOptimizerStrategy strategy = Strategy;
        _loss.Prepare(sample);
        Keep(_loss.Module);

        // The position is the first of a run: that of a sample is of no run, and schedules may not know it.
        var position = new TrainingPosition(Epoch: 0, Step: 0, TotalSteps: 1, StepsPerEpoch: 1);
        var first = new DistillationContext(sample.Student, sample.HasTeacher ? sample.Teacher : null, sample.Batch, position);
        Normalization?.Watch(Name, _loss, first);
        ClassIds = Try(first);
        (string Name, Parameter Parameter)[] own = [.. Trained(Student.Module, "")];
        if (own.Length == 0)
        {
            throw new InvalidOperationException(
                $"The student {Student.Module.GetType().Name} has no parameter that requires a gradient, so there is nothing to train.");
        }

        _named = [.. own, .. _loss.Module is { } learned ? Trained(learned, "loss.") : []];
        _parameters = [.. _named.Select(parameter => parameter.Parameter)];
        DropGradients();
        _optimizer = strategy.Create(_named);
        _average = Updates.AverageDecay is { } decay ? new WeightAverage([.. own.Select(parameter => parameter.Parameter)], decay) : null;
    }

    /// <summary>Adds the gradient of a batch: in closed form if the loss has one, else from the graph.</summary>
    /// <param name="context">The outputs of student and teacher for the batch.</param>
    /// <returns>The loss, a scalar without graph, in the current dispose scope.</returns>
    public Tensor AccumulateGradients(DistillationContext context)
    {
        Require.Present(context);
        RequirePrepared();
        Tensor value = context.Student.Head is { RequiresGradient: true } && FusedHead.Of(_loss, context) is { } head
            ? head.AccumulateGradients(_loss, Record)
            : AccumulateFromLogits(context);
        Meter.Add(Total, value, context.Batch.Count, _loss.GetWeight(context.Batch, context.Student));
        if (value.device_type == DeviceType.CPU || _buffersBefore is not null)
        {
            HasDiverged |= !FiniteNumbers.Is(value);
        }

        return value;
    }

    /// <summary>
    /// Makes one update: clips the gradient, sets the learning rate, runs the optimizer's step, averages the weights, and clears the gradient.
    /// </summary>
    /// <param name="position">The position in the run, which schedules read.</param>
    public void Update(TrainingPosition position)
    {
        torch.optim.Optimizer optimizer = RequirePrepared();
        UpdateOptions update = Updates;
        if (update.ClipValue is { } value)
        {
            GradientClipping.ClipValue(_parameters, value);
        }

        if (update.ClipNorm is { } norm)
        {
            _gradientNorm?.Dispose();
            _gradientNorm = GradientClipping.ClipNorm(_parameters, norm).DetachFromDisposeScope();
            _normMonitor.Add(_gradientNorm);
        }

        _learningRate = Strategy.LearningRate.At(position) * _rateFactor;
        foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups)
        {
            group.LearningRate = _learningRate;
        }

        optimizer.step();
        _average?.Update();
        DropGradients();
    }

    /// <summary>Disposes the optimizer with its state, and the gradients. The caller disposes student and loss.</summary>
    public void Dispose()
    {
        DropGradients();
        _optimizer?.Dispose();
        _average?.Dispose();
        _gradientNorm?.Dispose();
        _meter.Dispose();
        _ownLosses?.Dispose();
        _normMonitor.Dispose();
        _meterBefore?.Dispose();
        _buffersBefore?.Dispose();
    }

    /// <summary>Takes optimizer and update options of the run where the learner has none.</summary>
    internal void CompleteWith(TrainerOptions options)
    {
        _strategy ??= options.Optimizer;
        _update ??= options.Update;
    }

    /// <summary>Puts the averaged weights into the student until disposal, if there is an average.</summary>
    internal IDisposable? UseAverage() => _average?.Swap();

    /// <summary>Puts the averaged weights into the student, if there is an average.</summary>
    internal void ApplyAverage() => _average?.Apply();

    /// <summary>Returns the mean losses since the last report, and starts new means. This waits for the device.</summary>
    /// <returns>The report, and whether there was a loss since the last one.</returns>
    internal (LearnerReport Report, bool HasLosses) TakeReport()
    {
        using var scope = torch.NewDisposeScope();
        bool hasLosses = !_meter.IsEmpty;
        Dictionary<string, double> means = _meter.Take();
        double loss = means.Remove(Total, out double total) ? total : double.NaN;
        return (new(loss, means, _learningRate, _gradientNorm?.to(torch.ScalarType.Float64).item<double>()), hasLosses);
    }

    /// <summary>Returns the largest ratio of a gradient's norm to its running mean since the last call. This waits for the device.</summary>
    internal double TakeNormPeak() => _normMonitor.Take();

    internal static void RequireLayers(FeatureSet wanted, IReadOnlyCollection<Feature>? available, string who)
    {
        if (available is not null && wanted.Except(available).ToArray() is { Length: > 0 } missing)
        {
            throw new ArgumentException(
                $"The loss reads layer '{missing[0]}' of the {who}, which has no such layer. "
                + $"It has: {(available.Count == 0 ? "none" : string.Join(", ", available))}.",
                who);
        }
    }

    private static IEnumerable<(string Name, Parameter Parameter)> Trained(torch.nn.Module module, string prefix) =>
        module.named_parameters().Where(parameter => parameter.parameter.requires_grad).Select(parameter => (prefix + parameter.name, parameter.parameter));

    private static (LossGradient Total, IReadOnlyList<LossTermValue> Terms) WithoutGradient(LossSum loss, DistillationContext context)
    {
        using var noGradient = torch.no_grad();
        return loss.EvaluateInClosedForm(context);
    }

    // A loss that is computed by parts of the batch is so computed here too: the logits of all may be more than the memory has.
    private IReadOnlyList<ClassIds> Try(DistillationContext first)
    {
        if (FusedHead.Of(_loss, first) is not { } head)
        {
            return _loss.Try(first);
        }

        var ids = new HashSet<ClassIds>();
        head.ForEach((part, _) => ids.UnionWith(_loss.Try(part)));
        return [.. ids];
    }

    private Tensor AccumulateFromLogits(DistillationContext context)
    {
        Tensor? share = BatchWeights.Share(_loss, context);
        Tensor value;
        IReadOnlyList<LossTermValue> terms;
        if (_loss.ClosedForm is not null)
        {
            (LossGradient loss, terms) = WithoutGradient(_loss, context);
            context.Student.Logits.backward([share is null ? loss.AtLogits : loss.AtLogits.mul_(share)]);
            value = loss.Value;
        }
        else
        {
            (Tensor loss, terms) = _loss.Evaluate(context);
            (share is null ? loss : loss * share.to(loss.dtype)).backward();
            value = loss.detach();
        }

        Record(terms, context.Batch.Count);
        return value;
    }

    private void Record(IReadOnlyList<LossTermValue> terms, double samples)
    {
        foreach (LossTermValue term in terms)
        {
            if (term.Tensor is { } value)
            {
                Meter.Add(term.Name, value, samples, term.SampleWeight);
            }
            else
            {
                Meter.Add(term.Name, term.Number, samples);
            }
        }
    }

    // What a loss makes while it sees the first batch lives as long as the loss, not as long as that batch.
    private static void Keep(torch.nn.Module? module)
    {
        foreach (Tensor tensor in module is null ? [] : WeightsOf(module).Select(one => one.Tensor))
        {
            tensor.DetachFromDisposeScope();
        }
    }

    private UpdateOptions Updates => _update ??= new UpdateOptions();

    private IOptimizerStrategy Strategy => _strategy
        ?? throw new InvalidOperationException(
            $"The learner '{Name}' has no optimizer. A run sets it; give one to the constructor where a learner is used without a run.");

    private torch.optim.Optimizer RequirePrepared() =>
        _optimizer ?? throw new InvalidOperationException($"The learner '{Name}' is not prepared: call {nameof(Prepare)} before the first batch.");

    // Cheaper than zeroing: backward then writes where it would have to add.
    private void DropGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            parameter.grad = null;
        }
    }
}
