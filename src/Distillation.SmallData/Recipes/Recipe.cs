using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>One way to make a model of a small data set.</summary>
public sealed record Recipe
{
    private Recipe(string name, RecipeKind kind, ITeacherFitter? teacher, ISampleGenerator? generator)
    {
        Name = name;
        Kind = kind;
        Teacher = teacher;
        Generator = generator;
    }

    /// <summary>Gets the recipe that adds nothing: the original learns from the labeled samples alone.</summary>
    public static Recipe Plain { get; } = new("plain", RecipeKind.Plain, teacher: null, generator: null);

    /// <summary>Gets its name in reports.</summary>
    public string Name
    {
        get;
        init => field = string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("A recipe must have a name.", nameof(Name)) : value;
    }

    /// <summary>Gets what the recipe does.</summary>
    public RecipeKind Kind { get; }

    /// <summary>Gets the teacher that labels new samples, or is the model; <see langword="null"/> without a teacher.</summary>
    public ITeacherFitter? Teacher { get; }

    /// <summary>Gets what makes new samples; <see langword="null"/> where there are none.</summary>
    public ISampleGenerator? Generator { get; }

    /// <summary>Gets the share of new samples among all that the original learns from.</summary>
    /// <value>In (0, 1). The default value is 0.75.</value>
    public double PoolShare { get; init => field = Require.BelowOne(Require.Positive(value), nameof(value)); } = 0.75;

    /// <summary>Gets how many new samples are made for each labeled one.</summary>
    /// <value>Positive. The default value is 20, below which the pool is worth less.</value>
    public int PoolFactor { get; init => field = Require.Positive(value); } = 20;

    /// <summary>Gets how the teacher labels.</summary>
    /// <value>The default value is the teacher's probabilities as they are.</value>
    public LabelingOptions Labeling { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets which new samples are kept: by the outputs of the teacher, or without a teacher by their known labels.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: all. Without a teacher there is no agreement of its members, and no output to match the known labels.
    /// </value>
    public SampleFilter? Filter
    {
        get;
        init => field = value is { NeedsTeacher: true } && Kind == RecipeKind.AugmentationOnly
            ? throw new ArgumentException(
                $"{nameof(SampleFilter.MinAgreement)} and {nameof(SampleFilter.MustMatchKnown)} need a teacher that labels, and '{Name}' has none.",
                nameof(Filter))
            : value;
    }

    /// <summary>Gets the number of new samples with which the pool is full, however few labeled ones there are.</summary>
    /// <value>Positive. The default value is 8 000.</value>
    public int MinPoolSize { get; init => field = Require.Positive(value); } = 8_000;

    /// <summary>
    /// Gets how this recipe's training differs from that of all recipes, such as by more weight decay where there is no pool: a function from the options of
    /// all to its own.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: it does not.</value>
    public Func<TrainerOptions, TrainerOptions>? Training { get; init; }

    /// <summary>Creates new samples with the labels of those they were made of.</summary>
    /// <param name="generator">Makes the samples.</param>
    /// <param name="name">The name; "augmentation" if not given.</param>
    /// <returns>The recipe.</returns>
    public static Recipe Augment(ISampleGenerator generator, string name = "augmentation") =>
        new(name, RecipeKind.AugmentationOnly, teacher: null, Require.Present(generator));

    /// <summary>Creates new samples and has a teacher label them.</summary>
    /// <param name="teacher">Makes the teacher.</param>
    /// <param name="generator">Makes the samples.</param>
    /// <param name="name">The name; "distillation from" the teacher's if not given.</param>
    /// <returns>The recipe.</returns>
    public static Recipe Distil(ITeacherFitter teacher, ISampleGenerator generator, string? name = null) =>
        new(name ?? $"distillation from {Require.Present(teacher).Name}", RecipeKind.Distillation, Require.Present(teacher), Require.Present(generator));

    /// <summary>Takes the teacher itself as the model.</summary>
    /// <param name="teacher">Makes the teacher.</param>
    /// <param name="name">The name; the teacher's "itself" if not given.</param>
    /// <returns>The recipe.</returns>
    public static Recipe UseTeacher(ITeacherFitter teacher, string? name = null) =>
        new(name ?? $"{Require.Present(teacher).Name} itself", RecipeKind.TeacherItself, Require.Present(teacher), generator: null);

    /// <summary>Returns the control of a recipe: the same new samples, with the labels of those they were made of.</summary>
    /// <remarks>
    /// A <see cref="Filter"/> is left out, for there is no teacher to choose by. The control of a <see cref="ModelDistillation"/> has the samples that the
    /// recipe kept, and no others.
    /// </remarks>
    /// <returns>The control; of a recipe without a teacher that labels, the recipe itself.</returns>
    public Recipe WithKnownLabels() => Kind == RecipeKind.Distillation
        ? Augment(Generator!, "same pool, known labels") with { PoolShare = PoolShare, PoolFactor = PoolFactor, MinPoolSize = MinPoolSize, Training = Training }
        : this;

    /// <summary>Returns the options of this recipe's training.</summary>
    /// <param name="common">Those of all recipes.</param>
    /// <returns>The options.</returns>
    internal TrainerOptions TrainingFrom(TrainerOptions common) =>
        Training is null
            ? common
            : OriginalTraining.Several(
                Training(common) ?? throw new InvalidOperationException($"{nameof(Training)} of the recipe '{Name}' must give options, but gave null."));

    /// <summary>Returns how many new samples there are for a number of labeled ones.</summary>
    internal long PoolSize(long labeled) => Math.Max(MinPoolSize, PoolFactor * labeled);

    /// <summary>Puts together what the original learns from.</summary>
    /// <param name="originals">The labeled samples.</param>
    /// <param name="teacher">The fitted teacher, where the recipe labels with one.</param>
    /// <param name="seed">Any number; the same one gives the same samples.</param>
    /// <param name="only">The numbers of the new samples that are made, where not all are.</param>
    /// <param name="pool">The new samples of this seed, where they have been made already; they stay the caller's.</param>
    /// <returns>The samples, in memory; the caller disposes them, after <paramref name="originals"/> is no longer read through them.</returns>
    internal TrainingMaterial Prepare(
        LabeledSamples originals, FittedTeacher? teacher, int seed, IReadOnlyList<long>? only = null, TensorData? pool = null)
    {
        var labeled = new TensorData(originals.Inputs, originals.RequireTruth());
        if (Generator is null)
        {
            return new TrainingMaterial(labeled, pool: null, kept: null);
        }

        if (Filter is not null && !originals.Rules.IsClassification)
        {
            throw new InvalidOperationException(
                $"{nameof(Filter)} of the recipe '{Name}' goes by the probabilities of classes, but the task is {originals.Task.Name}. Leave it out.");
        }

        LabelingOptions labeling = Labeling with { Task = originals.Task };
        IDataSource all = pool ?? originals.Generate(Generator, PoolSize(originals.Count), seed);
        IDataSource made = only is null ? all : all.Subset(only);
        KeptSamples? kept = Filter is null ? null : teacher is null ? made.Keep(Filter) : made.LabelAndKeep(teacher.Teacher, Filter, labeling);
        TensorData learned = kept?.Samples ?? (teacher is null ? made : made.LabeledBy(teacher.Teacher, labeling)).InMemory();
        return new TrainingMaterial(labeled.TogetherWith(learned, PoolShare), learned, kept);
    }
}
