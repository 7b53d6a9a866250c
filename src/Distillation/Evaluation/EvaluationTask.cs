using Distillation.Evaluation;

namespace Distillation;

/// <summary>What outputs and labels mean, and the metrics by which the outputs are measured. Immutable.</summary>
/// <remarks>
/// Class ids imply <see cref="Classification"/>, <see cref="Tokens"/> or <see cref="Segmentation"/> by the shapes of outputs and labels. Labels of a floating
/// type imply nothing: they may be targets of a regression, several labels, or probabilities.
/// </remarks>
public sealed record EvaluationTask : ISelfDescribing
{
    private EvaluationTask(string name, TaskKind kind, IEnumerable<Metric> metrics)
    {
        Name = name;
        Kind = kind;
        HasDetails = kind == TaskKind.Classes;
        Metrics = [.. metrics];
    }

    /// <summary>
    /// Gets the task of one class of several: logits [N, C], class ids [N] of an integer type or probabilities [N, C]. Accuracy, negative log-likelihood, Brier
    /// score, expected calibration error and macro F1; confusion and reliability.
    /// </summary>
    public static EvaluationTask Classification { get; } = new(
        nameof(Classification),
        TaskKind.Classes,
        [new Accuracy(), new NegativeLogLikelihood(), new BrierScore(), new ExpectedCalibrationError(), new MacroF1()]);

    /// <summary>
    /// Gets the task of several labels, each present or not: logits [N, L], labels [N, L] of 0 and 1; or [N, 1] and [N]. Macro and micro F1 at probability ½,
    /// mean average precision, exact match.
    /// </summary>
    public static EvaluationTask MultiLabel { get; } = new(
        nameof(MultiLabel), TaskKind.Presence, [new LabelMacroF1(), new LabelMicroF1(), new MeanAveragePrecision(), new ExactMatch()]);

    /// <summary>
    /// Gets the task of numbers: outputs [N, D] or [N], targets of a floating type in the same shape. Mean squared error, its root, mean absolute error, R² and
    /// Spearman's correlation.
    /// </summary>
    public static EvaluationTask Regression { get; } = new(
        nameof(Regression),
        TaskKind.Targets,
        [new MeanSquaredError(), new RootMeanSquaredError(), new MeanAbsoluteError(), new R2Score(), new SpearmanCorrelation()]);

    /// <summary>
    /// Gets the task of a class for each place of a sequence: logits [N, T, C], class ids [N, T]. Places that the mask of a <see cref="MaskedBatch"/> or
    /// <see cref="IgnoredLabel"/> rules out do not count. Accuracy, negative log-likelihood and perplexity a token, macro F1 over classes.
    /// </summary>
    public static EvaluationTask Tokens { get; } = new(
        nameof(Tokens), TaskKind.Classes, [new Accuracy(), new NegativeLogLikelihood(), new Perplexity(), new MacroF1()]);

    /// <summary>
    /// Gets the task of a class for each pixel of a map: logits [N, C, H, W], class ids [N, H, W]. Accuracy and negative log-likelihood a pixel, mean
    /// intersection over union.
    /// </summary>
    public static EvaluationTask Segmentation { get; } = new(
        nameof(Segmentation), TaskKind.Classes, [new MeanIntersectionOverUnion(), new Accuracy(), new NegativeLogLikelihood()]);

    /// <summary>
    /// Gets the task of embeddings [N, D] with class ids [N]: each sample is searched for among all others, by cosine similarity. Recall among the 1 and the 10
    /// nearest, normalized discounted cumulative gain of the 10 nearest.
    /// </summary>
    public static EvaluationTask Retrieval { get; } = new(
        nameof(Retrieval), TaskKind.Embeddings, [new RetrievalRecall(1), new RetrievalRecall(10), new RetrievalNdcg(10)]);

    /// <summary>Gets the name, such as <c>Regression</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the metrics, in the order of reports.</summary>
    /// <value>At least one, each name once. The first is the one that a comparison of models looks at where no other is named.</value>
    public IReadOnlyList<Metric> Metrics
    {
        get;
        init
        {
            Metric[] metrics = [.. Require.Present(value)];
            if (metrics.Length == 0 || metrics.DistinctBy(metric => Require.Present(metric, nameof(Metrics)).Name).Count() < metrics.Length)
            {
                throw new ArgumentException(
                    $"{nameof(Metrics)} must be at least one, each name once, but are [{string.Join(", ", metrics.Select(metric => metric.Name))}].",
                    nameof(Metrics));
            }

            field = metrics;
        }
    }

    /// <summary>Gets the class id of rows that do not count, such as −100 of padding.</summary>
    /// <value><see langword="null"/>: every id must be a class. The default value is <see langword="null"/>.</value>
    public long? IgnoredLabel { get; init; }

    internal TaskKind Kind { get; }

    /// <summary>Gets whether reports have a confusion matrix and reliability bins.</summary>
    internal bool HasDetails { get; private init; }

    /// <summary>Creates a task of metrics alone.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="metrics">The metrics; at least one, each name once.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentException">There is no metric, or two have one name.</exception>
    public static EvaluationTask Custom(string name, params Metric[] metrics) => new(Require.Text(name), TaskKind.Custom, Require.Present(metrics));

    /// <summary>Returns the task with more metrics.</summary>
    /// <param name="metrics">The metrics; those whose name the task has already are left out.</param>
    /// <returns>The task.</returns>
    public EvaluationTask With(params Metric[] metrics) =>
        this with { Metrics = [.. Metrics.Concat(Require.Present(metrics)).DistinctBy(metric => Require.Present(metric, nameof(metrics)).Name)] };

    /// <summary>Returns the task with an id that marks rows that do not count: for F#, which has no <c>with</c> for it.</summary>
    /// <param name="label">The id, such as −100.</param>
    /// <returns>The task.</returns>
    public EvaluationTask Ignoring(long label) => this with { IgnoredLabel = label };

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Name), Name), (nameof(Metrics), Metrics), (nameof(IgnoredLabel), IgnoredLabel)];

    internal EvaluationTask WithoutDetails(IReadOnlyList<Metric> metrics) => this with { Metrics = metrics, HasDetails = false };

    /// <inheritdoc/>
    public bool Equals(EvaluationTask? other) =>
        other is not null && Name == other.Name && Kind == other.Kind && IgnoredLabel == other.IgnoredLabel
        && Metrics.Select(metric => metric.Name).SequenceEqual(other.Metrics.Select(metric => metric.Name));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Kind, IgnoredLabel, Metrics.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({string.Join(", ", Metrics.Select(metric => metric.Name))})";

    /// <summary>Returns the task that class ids imply.</summary>
    /// <param name="output">The output of a model for the batch.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="ignoredLabel">The id of rows that do not count, or none.</param>
    /// <param name="option">What sets the task, for the message.</param>
    /// <exception cref="ArgumentException">The labels imply no task: the message lists the choices.</exception>
    internal static EvaluationTask Infer(Tensor output, Batch batch, long? ignoredLabel, string option)
    {
        Tensor? labels = batch.Labels;
        if (labels is null || !torch.is_integral(labels) || !OutputRows.Fits(labels, output) || OutputRows.Of(output).size(1) < 2)
        {
            throw new ArgumentException(
                $"Outputs {Shapes.Of(output)} with labels {Shapes.Of(labels)}{(labels is null ? "" : $" {labels.dtype}")} imply no task. Set {option} to "
                + $"{nameof(EvaluationTask)}.{nameof(Regression)} for targets, {nameof(MultiLabel)} for several labels of 0 and 1, "
                + $"{nameof(Classification)} for class ids or probabilities, {nameof(Tokens)} or {nameof(Segmentation)} for sequences or maps of "
                + $"class ids, {nameof(Retrieval)} for embeddings, or {nameof(Custom)} with metrics of your own.",
                nameof(batch));
        }

        EvaluationTask task = output.dim() switch { 3 => Tokens, 4 => Segmentation, _ => Classification };
        return task with { IgnoredLabel = ignoredLabel };
    }
}
