using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Generates inputs from a teacher alone: noise is optimized until the teacher assigns the wanted class, and sees the statistics of its training.
/// </summary>
/// <remarks>
/// <para>
/// DeepInversion (Yin et al., "Dreaming to Distill", 2020): <c>CE(T(x), y) + α_f·Σ_l (‖μ_l(x) − μ̂_l‖ + ‖σ²_l(x) − σ̂²_l‖) + α_tv·TV(x) + α_l2·‖x‖
/// + α_c·(1 − JS(T(x), S(x)))</c> for the means and variances that enter each batch normalization l, and its running ones. Variances divide by the number of
/// values, and lengths are Euclidean and not squared, as in the authors' code. The divergence is in nats. Classes are balanced: input number i is of class
/// i mod C.
/// </para>
/// <para>
/// As a generator its samples have no originals, so that no label is known, and <see cref="SmallDataExtensions.LabeledBy"/> has a teacher label them. Of the
/// originals only the shape and the number of classes matter. Inputs of one batch depend on each other; the pool is made once for each
/// <see cref="LabeledSamples"/>, and sample number i is its input i mod <see cref="TeacherInversionOptions.PoolSize"/>.
/// </para>
/// <para>Inputs begin as noise of deviation 1: the teacher should have learned from inputs of about that deviation.</para>
/// </remarks>
public sealed class TeacherInversion : ISampleGenerator
{
    private readonly Module<Tensor, Tensor> _teacher;
    private readonly Module<Tensor, Tensor>? _student;
    private readonly TeacherInversionOptions _options;

    /// <summary>Creates the generator.</summary>
    /// <param name="teacher">From inputs [N, ...] to logits [N, C]; the caller disposes it. It runs in evaluation mode, and is not changed.</param>
    /// <param name="options">The options; the defaults if not given.</param>
    /// <param name="student">A student of the same inputs and logits, from which the teacher is to differ; the caller disposes it.</param>
    /// <exception cref="ArgumentException">
    /// The teacher has no batch normalization with running statistics, and their weight is not 0; or there is a student without a weight of the competition, or
    /// a weight without a student.
    /// </exception>
    public TeacherInversion(Module<Tensor, Tensor> teacher, TeacherInversionOptions? options = null, Module<Tensor, Tensor>? student = null)
    {
        _teacher = Require.Present(teacher);
        _student = student;
        _options = options ?? new TeacherInversionOptions();
        using var hooks = new BatchStatisticsHooks(teacher);
        if (hooks.Layers == 0 && _options.BatchStatisticsWeight > 0)
        {
            throw new ArgumentException(
                $"The teacher must have batch normalization with running statistics, but {teacher.GetType().Name} has none. "
                + $"Set {nameof(TeacherInversionOptions.BatchStatisticsWeight)} to 0 to invert it without.",
                nameof(teacher));
        }

        if ((student is null) != (_options.CompetitionWeight == 0))
        {
            throw new ArgumentException(
                $"A student and a positive {nameof(TeacherInversionOptions.CompetitionWeight)} belong together, but the weight is "
                + FormattableString.Invariant($"{_options.CompetitionWeight} {(student is null ? "without" : "with")} a student."),
                nameof(student));
        }
    }

    /// <summary>Computes inputs.</summary>
    /// <param name="shape">The shape of one input, such as [C, H, W].</param>
    /// <param name="classes">The number of classes, C; positive.</param>
    /// <param name="count">The number of inputs; positive.</param>
    /// <param name="seed">Any number; the same one gives the same inputs.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>
    /// Inputs [N, ...] of the type and on the device of the teacher's first parameter, and the wanted class ids [N]; the caller disposes them.
    /// </returns>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    public TensorData Synthesize(long[] shape, long classes, int count, int seed = 0, CancellationToken cancellationToken = default)
    {
        Require.Present(shape);
        Require.Positive(classes);
        Require.Positive(count);
        OneDnnCheck.Run(_teacher);
        if (_student is not null)
        {
            OneDnnCheck.Run(_student);
        }

        using IDisposable? teacherModes = ModuleTree.Evaluating(_teacher);
        using IDisposable? studentModes = _student is null ? null : ModuleTree.Evaluating(_student);
        using var gradients = torch.enable_grad();
        using var scope = torch.NewDisposeScope();
        using var hooks = new BatchStatisticsHooks(_teacher);
        Tensor labels = KeptAliveScalar.Arange(0, count, torch.ScalarType.Int64, ModuleTree.DeviceOf(_teacher)).Remainder(classes);

        // Batches of about the same size: the statistics of a few inputs left over would be no measure.
        int batches = (count + _options.BatchSize - 1) / _options.BatchSize;
        var inputs = new List<Tensor>();
        for (int batch = 0; batch < batches; batch++)
        {
            (long from, long to) = ((long)count * batch / batches, (long)count * (batch + 1) / batches);
            inputs.Add(Optimize(shape, labels.narrow(0, from, to - from), from, seed, hooks, cancellationToken));
        }

        return TensorData.Owning(torch.cat([.. inputs]), labels);
    }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        long[] places = [.. Require.Present(random).Numbers.Select(number => number % _options.PoolSize)];
        Tensor pool = originals.GetOrAdd(this, Pool);
        Tensor inputs = pool.index_select(0, torch.tensor(places, device: pool.device));
        return new GeneratedSamples(
            inputs, torch.zeros([places.Length, 0], torch.ScalarType.Int64, inputs.device), torch.zeros([places.Length, 0], inputs.dtype, inputs.device));
    }

    private Tensor Pool(LabeledSamples originals)
    {
        if (originals.Classes == 0)
        {
            throw new InvalidOperationException("The originals must have labels or a number of classes, for the teacher is inverted by class.");
        }

        using TensorData pool = Synthesize(originals.Inputs.shape[1..], originals.Classes, _options.PoolSize, _options.Seed);
        return pool.Inputs.to(originals.Inputs.dtype, originals.Inputs.device, copy: true);
    }

    private Tensor Optimize(long[] shape, Tensor labels, long first, int seed, BatchStatisticsHooks hooks, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        Tensor numbers = KeptAliveScalar.Arange(first, first + labels.size(0));
        torch.ScalarType type = _teacher.parameters().FirstOrDefault()?.dtype ?? torch.ScalarType.Float32;
        long size = shape.Aggregate(1L, (product, length) => product * length);
        Tensor noise = new SampleRandom(seed, numbers, labels.device).Normal(size, type).view([labels.size(0), .. shape]);
        using var adam = new AdamInputs(noise);
        var random = new SplitMix64(SplitMix64.Mix(seed, (int)first));
        for (int step = 0; step < _options.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = torch.NewDisposeScope();
            Tensor cost = Cost(Rolled(adam.Inputs, ref random), labels, hooks);
            adam.Follow(torch.autograd.grad([cost], [adam.Inputs])[0], _options.LearningRate);
        }

        return adam.Inputs.detach().clone().MoveToOuterDisposeScope();
    }

    private Tensor Cost(Tensor inputs, Tensor labels, BatchStatisticsHooks hooks)
    {
        Tensor logits = _teacher.call(inputs);
        if (logits.dim() != 2 || logits.size(1) <= labels.max().item<long>())
        {
            throw new InvalidOperationException(
                $"The teacher must output logits [N, C] of all classes up to {labels.max().item<long>()}, but its output is {Shapes.Of(logits)}.");
        }

        Tensor cost = functional.cross_entropy(logits, labels)
            .Add(InversionTerms.TotalVariation(inputs).Mul(_options.TotalVariationWeight))
            .Add(InversionTerms.Length(inputs).Mul(_options.LengthWeight));
        if (hooks.Layers > 0)
        {
            cost = cost.Add(hooks.TakeSum().Mul(_options.BatchStatisticsWeight));
        }

        return _student is null
            ? cost
            : cost.Add(InversionTerms.Competition(logits, _student.call(inputs), _options.CompetitionTemperature).Mul(_options.CompetitionWeight));
    }

    private Tensor Rolled(Tensor inputs, ref SplitMix64 random)
    {
        if (inputs.dim() != 4 || _options.Jitter == 0)
        {
            return inputs;
        }

        long Draw(ref SplitMix64 from) => (long)from.Below((ulong)((2 * _options.Jitter) + 1)) - _options.Jitter;
        (long down, long right) = (Draw(ref random), Draw(ref random));
        return inputs.roll([down, right], [2L, 3L]);
    }
}
