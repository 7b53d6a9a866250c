using Distillation.Losses;

namespace Distillation;

/// <summary>The options of a <see cref="DistillationStudy"/>.</summary>
public sealed record StudyOptions
{
    /// <summary>Gets the options of every training; its seed is that of the pair.</summary>
    /// <value>The default value is the default options of a trainer. Checkpoints are refused: a study saves its results in <see cref="Directory"/>.</value>
    public TrainerOptions Training { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets what outputs and labels mean; class ids imply it if <see langword="null"/>.</summary>
    public EvaluationTask? Task { get; init; }

    /// <summary>Gets by what candidates and the verdict are measured; the first metric of the task if <see langword="null"/>.</summary>
    public Metric? Metric { get; init; }

    /// <summary>Gets the loss with which the student is trained alone.</summary>
    /// <value>
    /// <see langword="null"/>: <see cref="HardLabelLoss"/> for classes, <see cref="BinaryLabelLoss"/> for several labels, <see cref="TargetMseLoss"/> for
    /// regressions. The default value is <see langword="null"/>; for other tasks it must be given.
    /// </value>
    public Func<IDistillationLoss>? BaselineLoss { get; init; }

    /// <summary>Gets over how many pairs of trainings, alone and distilled, from the same starting weights, the verdict is made.</summary>
    /// <value>At least 2. The default value is 5.</value>
    public int Pairs
    {
        get;
        init => field = value >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(Pairs), value, "There must be at least 2 pairs.");
    } = 5;

    /// <summary>Gets with how many seeds each candidate is tried in the search; the seeds are others than those of the pairs.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int SearchSeeds { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets by what the number of candidates is divided, and their epochs multiplied, from one round of the search to the next.</summary>
    /// <value>
    /// At least 2. The default value is 3: of nine candidates three are left after a ninth of the epochs and one after a third. <see langword="null"/>: one
    /// round, with all epochs.
    /// </value>
    public int? Halving
    {
        get;
        init => field = value is null or >= 2 ? value : throw new ArgumentOutOfRangeException(nameof(Halving), value, "The divisor must be at least 2.");
    } = 3;

    /// <summary>Gets after which time the search begins no further training; the pairs are trained all the same.</summary>
    /// <value>Positive, or <see langword="null"/>: the search is complete. The default value is <see langword="null"/>.</value>
    public TimeSpan? SearchBudget
    {
        get;
        init => field = value is null || value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(SearchBudget), value, "The budget must be positive.");
    }

    /// <summary>Gets how many trainings run at once, each on one thread: the results do not depend on it.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int Parallelism { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the processes that share the trainings of the search and of the pairs, each on its own; all of them have the same result.</summary>
    /// <value>
    /// <see langword="null"/>: this process alone. The default value is <see langword="null"/>. Each rank runs the same study on the same data, and reports and
    /// saves its own trainings. A rank that fails ends the study on all with a <see cref="RankFailedException"/>.
    /// </value>
    public IRanks? Ranks { get; init; }

    /// <summary>Gets the directory in which the result of each training is saved, from which an interrupted study goes on.</summary>
    /// <value><see langword="null"/>: nowhere. The default value is <see langword="null"/>.</value>
    public string? Directory { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>Gets how sure the verdict is to be.</summary>
    /// <value>In (0, 1). The default value is 0.95.</value>
    public double Level { get; init => field = Require.BelowOne(Require.Positive(value), nameof(value)); } = 0.95;

    /// <summary>Gets the number from which all seeds follow.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
