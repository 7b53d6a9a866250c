using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>A small data set, whole in memory, as generators see it.</summary>
/// <remarks>It caches what generators compute of it; disposal releases the cache and the copy of the data.</remarks>
public sealed class LabeledSamples : IDisposable
{
    private readonly Dictionary<object, Tensor> _remembered = [];
    private Tensor? _oneHot;
    private Tensor? _targetRows;

    /// <summary>Reads a data source with class ids whole. The number of classes is one more than the largest label.</summary>
    /// <param name="source">Inputs [M, ...] of a floating type, labels [M] class ids or none.</param>
    /// <exception cref="ArgumentException">The inputs are not of a floating type, or the labels are no class ids.</exception>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    public LabeledSamples(IDataSource source)
        : this(source, EvaluationTask.Classification, classes: null)
    {
    }

    /// <summary>Reads a data source with class ids whole.</summary>
    /// <param name="source">Inputs [M, ...] of a floating type, labels [M] class ids or none.</param>
    /// <param name="classes">The number of classes, C; <see langword="null"/> for one more than the largest label.</param>
    /// <exception cref="ArgumentException">
    /// The inputs are not of a floating type, the labels are no class ids, or one of them is not below <paramref name="classes"/>.
    /// </exception>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    public LabeledSamples(IDataSource source, long? classes)
        : this(source, EvaluationTask.Classification, classes)
    {
    }

    /// <summary>Reads a data source whole.</summary>
    /// <param name="source">
    /// Inputs [M, ...] of a floating type and labels or none: class ids [M]; of several labels 0 and 1, [M, C]; of a regression targets [M] or [M, D] of a
    /// floating type, all finite.
    /// </param>
    /// <param name="task">
    /// What the labels mean: <see cref="EvaluationTask.Classification"/>, <see cref="EvaluationTask.MultiLabel"/> or <see cref="EvaluationTask.Regression"/>.
    /// </param>
    /// <exception cref="ArgumentException">The inputs are not of a floating type, or the labels are not those of the task.</exception>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    public LabeledSamples(IDataSource source, EvaluationTask task)
        : this(source, task, classes: null)
    {
    }

    /// <summary>Reads a data source whole, with a number of classes where the labels are class ids.</summary>
    internal LabeledSamples(IDataSource source, EvaluationTask task, long? classes)
    {
        Require.Present(source);
        Rules = TaskRules.Of(task, nameof(task));
        if (classes is not null && !Rules.IsClassification)
        {
            throw new ArgumentException($"A number of classes belongs to class ids, but the task is {Rules.Task.Name}.", nameof(classes));
        }

        using var scope = torch.NewDisposeScope();
        Batch all = source.Read(KeptAliveScalar.Arange(0, source.Count));
        PlainBatch.Require(all, nameof(LabeledSamples));
        if (!torch.is_floating_point(all.Inputs))
        {
            throw new ArgumentException($"Inputs must be of a floating type, but are {all.Inputs.dtype}. Convert them first.", nameof(source));
        }

        Inputs = all.Inputs.detach().clone().MoveToOuterDisposeScope().DetachFromDisposeScope();
        Count = source.Count;
        if (all.Labels is not { } labels)
        {
            Classes = classes is { } known ? Require.Positive(known) : 0;
            return;
        }

        if (!Rules.IsClassification)
        {
            Targets = TargetsOf(labels, nameof(source)).MoveToOuterDisposeScope().DetachFromDisposeScope();
            return;
        }

        if (labels.dim() != 1 || !torch.is_integral(labels))
        {
            throw new ArgumentException(
                $"Labels must be class ids [M] of an integer type, but are {Distillation.Shapes.Of(labels)} {labels.dtype}. For targets of a regression set "
                + $"the task to {nameof(EvaluationTask)}.{nameof(EvaluationTask.Regression)}, for several labels of 0 and 1 to "
                + $"{nameof(EvaluationTask.MultiLabel)}.",
                nameof(source));
        }

        (long least, long most) = (labels.min().to(torch.ScalarType.Int64).item<long>(), labels.max().to(torch.ScalarType.Int64).item<long>());
        Classes = classes is { } given ? Require.Positive(given) : most + 1;
        if (least < 0 || most >= Classes)
        {
            throw new ArgumentException($"Labels must be in [0, {Classes - 1}], but one is {(least < 0 ? least : most)}.", nameof(source));
        }

        Labels = labels.to(torch.ScalarType.Int64).clone().MoveToOuterDisposeScope().DetachFromDisposeScope();
    }

    /// <summary>Gets the inputs, [M, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the class ids, [M] int64; <see langword="null"/> where there are none.</summary>
    public Tensor? Labels { get; }

    /// <summary>Gets the targets of a regression, [M] or [M, D], or several labels of 0 and 1, [M, C], in the type of the inputs.</summary>
    /// <value><see langword="null"/> where there are none, and of class ids.</value>
    public Tensor? Targets { get; }

    /// <summary>Gets what the labels mean.</summary>
    public EvaluationTask Task => Rules.Task;

    /// <summary>Gets the number of outputs that a model of the data has: C or D; 1 of targets [M]; 0 where it is not known.</summary>
    public long Outputs => Rules.IsClassification ? Classes : Targets is null ? 0 : Targets.dim() == 1 ? 1 : Targets.size(1);

    /// <summary>Gets the number of samples, M.</summary>
    public long Count { get; }

    /// <summary>Gets the number of classes, C; 0 where there are no labels and no number was given.</summary>
    public long Classes { get; }

    /// <summary>Gets the class ids as probabilities, [M, C]: a one, and zeros.</summary>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public Tensor OneHotLabels => _oneHot ??= torch.nn.functional.one_hot(RequireLabels(), Classes).to(Inputs.dtype).DetachFromDisposeScope();

    /// <summary>Gets the labels of data that must have them.</summary>
    /// <returns>The class ids, [M] int64.</returns>
    /// <exception cref="InvalidOperationException">There are no labels.</exception>
    public Tensor RequireLabels() => RequireLabels("The generator");

    internal TaskRules Rules { get; }

    /// <summary>Gets whether there are labels of any kind.</summary>
    internal bool HasLabels => Labels is not null || Targets is not null;

    /// <summary>Gets the labels of the task: class ids [M]; else targets, as they came.</summary>
    internal Tensor RequireTruth() => Rules.IsClassification ? RequireLabels("The work") : RequireTargets("The work");

    /// <summary>Gets the class ids for a generator or fitter of that name.</summary>
    internal Tensor RequireLabels(string user) => Labels ?? throw new InvalidOperationException(Rules.IsClassification
        ? $"{user} needs labels, and the originals have none."
        : $"{user} needs class ids, but the task of the originals is {Task.Name}. Take one that does not go by classes.");

    /// <summary>Gets the targets in rows, [M, D] float64, for a fitter of that name.</summary>
    internal Tensor RequireTargetRows(string user) =>
        _targetRows ??= RequireTargets(user).to(torch.ScalarType.Float64).reshape(Count, -1).clone().DetachFromDisposeScope();

    /// <summary>Gets the labels for <see cref="TaskRules"/>: class ids [M], or targets [M, D] float64.</summary>
    internal Tensor RequireScored(string user) => Rules.IsClassification ? RequireLabels(user) : RequireTargetRows(user);

    /// <summary>Gets what folds are to have in equal shares: the class ids; the same number for all samples of other tasks.</summary>
    internal long[] Strata()
    {
        if (!Rules.IsClassification)
        {
            return new long[Count];
        }

        using Tensor ids = RequireLabels("The split").cpu();
        return ids.data<long>().ToArray();
    }

    private Tensor RequireTargets(string user) => Targets ?? throw new InvalidOperationException(Rules.IsClassification
        ? $"{user} needs targets, but the task of the originals is {Task.Name}."
        : $"{user} needs targets, and the originals have none.");

    private Tensor TargetsOf(Tensor labels, string argument)
    {
        if (labels.dim() is not (1 or 2) || (!torch.is_floating_point(labels) && Rules.IsRegression) || (labels.dim() == 1 && !Rules.IsRegression))
        {
            throw new ArgumentException(
                $"Labels of {Task.Name} must be {(Rules.IsRegression ? "[M] or [M, D] of a floating type" : "[M, C] of 0 and 1")}, but are "
                + $"{Distillation.Shapes.Of(labels)} {labels.dtype}.",
                argument);
        }

        Tensor values = labels.detach().to(Inputs.dtype).clone();
        Tensor right = Rules.IsRegression ? values.isfinite() : values.Eq(0).logical_or(values.Eq(1));
        return right.all().item<bool>()
            ? values
            : throw new ArgumentException(
                $"All labels of {Task.Name} must be {(Rules.IsRegression ? "finite" : "0 or 1")}, but sample "
                + $"{right.reshape(Count, -1).all(1).logical_not().nonzero()[0].item<long>()} has another.",
                argument);
    }

    /// <summary>Computes something of the whole data once.</summary>
    /// <param name="key">What it is: a value that equals itself, such as a record with the generator's options.</param>
    /// <param name="compute">Computes it.</param>
    /// <returns>The tensor, kept until disposal; the caller does not dispose it.</returns>
    public Tensor GetOrAdd(object key, Func<LabeledSamples, Tensor> compute)
    {
        Require.Present(key);
        Require.Present(compute);
        if (!_remembered.TryGetValue(key, out Tensor? value))
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            _remembered[key] = value = compute(this).MoveToOuterDisposeScope().DetachFromDisposeScope();
        }

        return value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in _remembered.Values)
        {
            value.Dispose();
        }

        _remembered.Clear();
        _oneHot?.Dispose();
        _targetRows?.Dispose();
        Labels?.Dispose();
        Targets?.Dispose();
        Inputs.Dispose();
    }
}
