using Distillation.Losses;

namespace Distillation.Training;

/// <summary>A student, what it is to get better at, and how: everything that one optimizer changes.</summary>
/// <remarks>
/// It serves one run: <see cref="Prepare"/>, then for each update <see cref="AccumulateGradients"/> once or several times, then <see cref="Update"/>.
/// </remarks>
public sealed class Learner : IDisposable
{
    private const string Total = "";

    private readonly LossSum _loss;
    private readonly GradientNormMonitor _normMonitor = new();
    private (string Name, Parameter Parameter)[] _named = [];
    private Parameter[] _parameters = [];
    private torch.optim.Optimizer? _optimizer;
    private LossMeter? _meterBefore;
    private TensorSnapshot? _buffersBefore;

    /// <summary>Puts a learner together.</summary>
    /// <param name="student">Who learns; it stays the caller's.</param>
    /// <param name="loss">What it is to make small.</param>
    /// <param name="optimizer">What follows the gradient.</param>
    /// <param name="update">What happens before and after the optimizer's step; nothing if not given.</param>
    /// <exception cref="ArgumentException">The loss reads a layer that the student does not have.</exception>
    public Learner(IStudent student, IDistillationLoss loss, IOptimizerStrategy optimizer, UpdateOptions? update = null)
    {
        Student = Require.Present(student);
        Loss = Require.Present(loss);
        _loss = loss as LossSum ?? LossSum.Of(loss);
        Strategy = Require.Present(optimizer);
        UpdateOptions = update ?? new UpdateOptions();
        RequireLayers(loss.Features.Student, student.AvailableFeatures, nameof(student));
    }

    /// <summary>Gets the name in front of the learner's terms where a step has several learners.</summary>
    /// <value>Not empty. The default value is <c>student</c>.</value>
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

    /// <summary>Gets who learns.</summary>
    public IStudent Student { get; }

    /// <summary>Gets what it is to make small.</summary>
    public IDistillationLoss Loss { get; }

    /// <summary>Gets the moving average of the weights, where <see cref="UpdateOptions.AverageDecay"/> is set.</summary>
    internal WeightAverage? Average { get; private set; }

    /// <summary>Gets what follows the gradient, once the learner is prepared.</summary>
    internal torch.optim.Optimizer Optimizer => RequirePrepared();

    /// <summary>Gets what makes the optimizer.</summary>
    internal IOptimizerStrategy Strategy { get; }

    /// <summary>Gets what happens before and after the optimizer's step.</summary>
    internal UpdateOptions UpdateOptions { get; }

    /// <summary>Gets the losses since the last report.</summary>
    internal LossMeter Meter { get; } = new();

    /// <summary>Gets or sets the norm of the last update's gradient before clipping; the learner disposes it.</summary>
    internal Tensor? GradientNorm { get; set; }

    /// <summary>Gets or sets the learning rate of the last update.</summary>
    internal double LearningRate { get; set; }

    /// <summary>Gets what the labels must be, as far as the losses read them as class ids; known once the learner is prepared.</summary>
    internal IReadOnlyList<ClassIds> ClassIds { get; private set; } = [];

    /// <summary>Gets or sets what watches the normalization of the loss while it sees the first batch.</summary>
    internal NormalizationCheck? Normalization { get; set; }

    /// <summary>Gets or sets by what the learning rate is multiplied: less than 1 after the run went back.</summary>
    internal double RateFactor { get; set; } = 1;

    /// <summary>Gets whether a loss of this update, where it was looked at, is not finite.</summary>
    internal bool HasDiverged { get; private set; }

    /// <summary>Sees the first batch: the loss sizes itself, then the optimizer is made over the parameters of student and loss.</summary>
    /// <param name="sample">The outputs of student and teacher for the first batch.</param>
    /// <exception cref="InvalidOperationException">
    /// The student has no parameter that is trained, the learner is prepared already, or a loss on logits cannot be computed of the batch.
    /// </exception>
    public void Prepare(DistillationContext sample)
    {
        if (_optimizer is not null)
        {
            throw new InvalidOperationException("The learner is prepared already. A learner serves one run: make a new one.");
        }

        _loss.Prepare(sample);
        Keep(_loss.Module);

        // The position is the first of a run: that of a sample is of no run, and schedules may not know it.
        var first = new DistillationContext(
            sample.Student, sample.HasTeacher ? sample.Teacher : null, sample.Batch, new(Epoch: 0, Step: 0, TotalSteps: 1, StepsPerEpoch: 1));
        Normalization?.Watch(Name, _loss, first);
        ClassIds = _loss.Try(first);
        (string Name, Parameter Parameter)[] own = [.. Trained(Student.Module, "")];
        if (own.Length == 0)
        {
            throw new InvalidOperationException(
                $"The student {Student.Module.GetType().Name} has no parameter that requires a gradient, so there is nothing to train.");
        }

        _named = [.. own, .. _loss.Module is { } learned ? Trained(learned, "loss.") : []];
        _parameters = [.. _named.Select(parameter => parameter.Parameter)];
        DropGradients();
        _optimizer = Strategy.Create(_named);
        Average = UpdateOptions.AverageDecay is { } decay ? new WeightAverage([.. own.Select(parameter => parameter.Parameter)], decay) : null;
    }

    /// <summary>Adds the gradient of a batch: in closed form if the loss has one, else from the graph.</summary>
    /// <param name="context">The outputs of student and teacher for the batch.</param>
    /// <returns>The loss, a scalar without graph, in the current dispose scope.</returns>
    public Tensor AccumulateGradients(DistillationContext context)
    {
        Require.Present(context);
        RequirePrepared();
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
        Meter.Add(Total, value, context.Batch.Count, _loss.GetWeight(context.Batch, context.Student));
        if (value.device_type == DeviceType.CPU || _buffersBefore is not null)
        {
            HasDiverged |= !FiniteNumbers.Is(value);
        }

        return value;
    }

    /// <summary>Follows the gradient: clips it, sets the learning rate, lets the optimizer step, averages the weights, and forgets the gradient.</summary>
    /// <param name="position">Where the run is.</param>
    public void Update(TrainingPosition position)
    {
        torch.optim.Optimizer optimizer = RequirePrepared();
        if (UpdateOptions.ClipValue is { } value)
        {
            GradientClipping.ClipValue(_parameters, value);
        }

        if (UpdateOptions.ClipNorm is { } norm)
        {
            GradientNorm?.Dispose();
            GradientNorm = GradientClipping.ClipNorm(_parameters, norm).DetachFromDisposeScope();
            _normMonitor.Add(GradientNorm);
        }

        LearningRate = Strategy.LearningRate.At(position) * RateFactor;
        foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups)
        {
            group.LearningRate = LearningRate;
        }

        optimizer.step();
        Average?.Update();
        DropGradients();
    }

    /// <summary>Tells how the learner did since the last report, and begins anew. This waits for the device.</summary>
    /// <returns>The report.</returns>
    public LearnerReport Report()
    {
        using var scope = torch.NewDisposeScope();
        Dictionary<string, double> means = Meter.Take();
        double loss = means.Remove(Total, out double total) ? total : double.NaN;
        return new(loss, means, LearningRate, GradientNorm?.to(torch.ScalarType.Float64).item<double>());
    }

    /// <summary>Releases the optimizer, its state and the gradients. The student and the loss stay the caller's.</summary>
    public void Dispose()
    {
        DropGradients();
        _optimizer?.Dispose();
        Average?.Dispose();
        GradientNorm?.Dispose();
        Meter.Dispose();
        _normMonitor.Dispose();
        _meterBefore?.Dispose();
        _buffersBefore?.Dispose();
    }

    /// <summary>Makes every update one that can be undone: it looks at its losses on every device.</summary>
    internal void MakeUndoable() => _buffersBefore = new([.. Buffers()]);

    internal void BeginUpdate()
    {
        HasDiverged = false;
        if (_buffersBefore is { } buffers)
        {
            _meterBefore?.Dispose();
            _meterBefore = Meter.Copy();
            buffers.Keep();
        }
    }

    /// <summary>Forgets the gradient of an update, its losses, and what it did to buffers.</summary>
    internal void UndoUpdate()
    {
        DropGradients();
        _buffersBefore!.Restore();
        (IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> weights) = _meterBefore!.Numbers;
        Meter.Restore(_meterBefore.Tensors, sums, weights);
        _meterBefore = null;
    }

    /// <summary>
    /// Looks at the buffers of student and loss: statistics of normalization may be infinite or not a number where loss and gradient are finite.
    /// </summary>
    internal bool HasFiniteBuffers() => FiniteNumbers.Are(Buffers().Where(torch.is_floating_point));

    internal bool HasFiniteGradient() => FiniteNumbers.Are(_parameters.Select(parameter => parameter.grad).OfType<Tensor>());

    internal bool HasFiniteWeights() => FiniteNumbers.Are(_parameters);

    /// <summary>Makes the optimizer anew, which remembers nothing then.</summary>
    internal void RenewOptimizer()
    {
        RequirePrepared().Dispose();
        _optimizer = Strategy.Create(_named);
    }

    /// <summary>Reads how many times its running mean a gradient's norm was since the last reading, at most. This waits for the device.</summary>
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

    private void Record(IReadOnlyList<LossTermValue> terms, long samples)
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

    private IEnumerable<Tensor> Buffers() => [.. Student.Module.buffers(), .. Loss.Module?.buffers() ?? []];

    // What a loss makes while it sees the first batch lives as long as the loss, not as long as that batch.
    private static void Keep(torch.nn.Module? module)
    {
        foreach (Tensor tensor in module is null ? [] : LearnerState.WeightsOf(module).Select(one => one.Tensor))
        {
            tensor.DetachFromDisposeScope();
        }
    }

    private torch.optim.Optimizer RequirePrepared() =>
        _optimizer ?? throw new InvalidOperationException($"The learner must see a batch before it learns: call {nameof(Prepare)} first.");

    // Cheaper than zeroing: backward then writes where it would have to add.
    private void DropGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            parameter.grad = null;
        }
    }
}
