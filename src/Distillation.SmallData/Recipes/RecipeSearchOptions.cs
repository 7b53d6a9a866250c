using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>How recipes are compared.</summary>
public sealed record RecipeSearchOptions
{
    /// <summary>Gets what labels and outputs mean.</summary>
    /// <value>
    /// <see cref="EvaluationTask.Classification"/>, <see cref="EvaluationTask.MultiLabel"/> or <see cref="EvaluationTask.Regression"/>, that of the
    /// <see cref="LabeledSamples"/>. The default value is <see cref="EvaluationTask.Classification"/>.
    /// </value>
    public EvaluationTask Task { get; init => field = TaskRules.Of(value).Task; } = EvaluationTask.Classification;

    /// <summary>Gets how many parts the data is cut in; each is held out once in every round.</summary>
    /// <value>At least 2. The default value is 5.</value>
    public int Folds { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 5;

    /// <summary>Gets how many rounds there are, each with other parts and other seeds.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int Rounds { get; init => field = Require.Positive(value); } = 1;

    /// <summary>
    /// Gets by what the best of several candidates with an established gain is chosen. Gains of accuracy and of likelihood are stated in any case.
    /// </summary>
    /// <value>
    /// <see langword="null"/>: the negative log-likelihood, which on few samples has less variance than the accuracy; of a regression the mean squared error,
    /// of several labels their micro F1. The default value is <see langword="null"/>.
    /// </value>
    public Metric? Metric { get; init; }

    /// <summary>Gets how each original is trained. Every recipe gets the same number of steps.</summary>
    /// <value>The default value is <see cref="DefaultTraining"/>.</value>
    public TrainerOptions Training { get; init => field = OriginalTraining.Several(value); } = DefaultTraining;

    /// <summary>Gets the weight decays with which plain originals are trained; the best of them is what recipes are compared with.</summary>
    /// <value>
    /// Zero or positive; empty for the one of <see cref="Training"/>. The default values are 0.1, 0.5, 2 and 8. They count where the optimizer of
    /// <see cref="Training"/> is an <see cref="AdamWOptimizer"/>, and no plain recipe has a training of its own.
    /// </value>
    public IReadOnlyList<double> PlainWeightDecays
    {
        get;
        init => field = [.. Require.Present(value).Select(decay => Require.NotNegative(decay, nameof(PlainWeightDecays)))];
    } = PlainTuning.WeightDecays;

    /// <summary>
    /// Gets the models of other families that a user would take instead of a recipe; a forest behind a <see cref="ModelFitter"/> can be among them.
    /// </summary>
    /// <value>
    /// <see langword="null"/>: <see cref="KernelRidge"/>, <see cref="ExtraTrees"/> and a linear model, which is <see cref="LogisticRegression"/> for class ids
    /// and <see cref="KernelRidge.Linear"/> for other tasks. The default value is <see langword="null"/>.
    /// </value>
    public IReadOnlyList<ITeacherFitter>? Families
    {
        get;
        init => field = value is null ? null : [.. value.Select(family => Require.Present(family, nameof(Families)))];
    }

    /// <summary>Gets how sure the intervals of all candidates together are.</summary>
    /// <value>In (0, 1). The default value is 0.95.</value>
    public double Level { get; init => field = Require.BelowOne(Require.Positive(value), nameof(value)); } = 0.95;

    /// <summary>Gets after what time no further part is begun.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: never. The default value is <see langword="null"/>. One part is always finished, of several ranks one on each.
    /// </value>
    public TimeSpan? TimeBudget { get; init => field = value is { } time ? TimeSpan.FromTicks(Require.Positive(time.Ticks)) : null; }

    /// <summary>Gets how many folds run at once, each on one thread.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: one after the other, with all threads of libtorch. The default value is <see langword="null"/>. Fitters and
    /// generators must then be usable from several threads; the results are the same for every number, 1 included.
    /// </value>
    public int? Parallelism { get; init => field = value is { } several ? Require.Positive(several) : null; }

    /// <summary>Gets the processes that share the held-out parts, each on its own; all of them have the same result.</summary>
    /// <value>
    /// <see langword="null"/>: this process alone. The default value is <see langword="null"/>. Each rank runs the same search on the same data, and reports
    /// the progress of its own parts. A rank that fails ends the search on all with a <see cref="RankFailedException"/>. More ranks than parts,
    /// <see cref="Folds"/> times <see cref="Rounds"/>, have nothing to do.
    /// </value>
    public IRanks? Ranks { get; init; }

    /// <summary>Gets the number from which all chance follows.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }

    internal IReadOnlyList<ITeacherFitter> FamiliesOfTask =>
        Families ?? [TaskRules.Of(Task).IsClassification ? new LogisticRegression() : KernelRidge.Linear, new KernelRidge(), new ExtraTrees()];

    internal Metric MetricOfTask => Metric ?? (TaskRules.Of(Task) switch
    {
        { IsClassification: true } => Distillation.Metric.NegativeLogLikelihood,
        { IsRegression: true } => new MeanSquaredError(),
        _ => new LabelMicroF1(),
    });

    /// <summary>
    /// Gets a training that suits small data: 2 000 steps of 64 samples, AdamW with weight decay 0.5, the learning rate falling from 0.003 to 0 along a cosine.
    /// </summary>
    public static TrainerOptions DefaultTraining => OriginalTraining.Default;
}
