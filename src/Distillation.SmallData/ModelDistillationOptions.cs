namespace Distillation.SmallData;

/// <summary>How a model distillation goes.</summary>
public sealed record ModelDistillationOptions
{
    /// <summary>Gets what labels and outputs mean.</summary>
    /// <value>
    /// <see cref="EvaluationTask.Classification"/>, <see cref="EvaluationTask.MultiLabel"/> or <see cref="EvaluationTask.Regression"/>. The default value is
    /// <see cref="EvaluationTask.Classification"/>.
    /// </value>
    public EvaluationTask Task { get; init => field = TaskRules.Of(value).Task; } = EvaluationTask.Classification;

    /// <summary>Gets how each model is trained on old and new samples together.</summary>
    /// <value>The default value is <see cref="RecipeSearchOptions.DefaultTraining"/>.</value>
    public TrainerOptions Training { get; init => field = OriginalTraining.Several(value); } = RecipeSearchOptions.DefaultTraining;

    /// <summary>
    /// Gets how the plain original is trained, on the labeled samples alone: such as by the training of <see cref="RecipeSearchResult.Plain"/>. An original
    /// that is to be a fair measure wants more weight decay than one with a pool.
    /// </summary>
    /// <value>
    /// <see langword="null"/>: as <see cref="Training"/>, with the best of <see cref="PlainWeightDecays"/>; of a plain recipe, as the recipe sets. The default
    /// value is <see langword="null"/>.
    /// </value>
    public TrainerOptions? PlainTraining { get; init => field = value is null ? null : OriginalTraining.Several(value); }

    /// <summary>
    /// Gets the weight decays among which the plain original finds its own, by the calibrated likelihood of held-out labeled samples in three folds, where
    /// <see cref="PlainTraining"/> is not given and the optimizer is an <see cref="AdamWOptimizer"/>. It takes three trainings each.
    /// </summary>
    /// <value>Zero or positive; empty: the plain original is trained as the others. The default values are 0.1, 0.5, 2 and 8.</value>
    public IReadOnlyList<double> PlainWeightDecays
    {
        get;
        init => field = [.. Require.Present(value).Select(decay => Require.NotNegative(decay, nameof(PlainWeightDecays)))];
    } = PlainTuning.WeightDecays;

    /// <summary>Gets below which probability of its label a contradicted sample is reported.</summary>
    /// <value>In [0, 1]. The default value is 0.1.</value>
    public double SuspectBelow { get; init => field = Require.InRange(value, 0, 1); } = 0.1;

    /// <summary>
    /// Gets in how many folds originals, trained as the plain one, judge the labeled samples that they have not seen. It takes as long as training so many
    /// plain originals.
    /// </summary>
    /// <value>At least 2, or <see langword="null"/>: the teacher judges, where there is one. The default value is <see langword="null"/>.</value>
    public int? DiagnosisFolds { get; init => field = value is { } folds ? Require.InRange(folds, 2, int.MaxValue, nameof(DiagnosisFolds)) : null; }

    /// <summary>Gets the number of classes.</summary>
    /// <value>Positive, or <see langword="null"/>: one more than the largest label. The default value is <see langword="null"/>.</value>
    public long? Classes { get; init => field = value is { } classes ? Require.Positive(classes) : null; }

    /// <summary>Gets how many runs of <see cref="ModelDistillation.Repeat"/> run at once, each on one thread.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: one after the other, with all threads of libtorch. The default value is <see langword="null"/>. Fitters and
    /// generators must then be usable from several threads; the results are the same for every number, 1 included.
    /// </value>
    public int? Parallelism { get; init => field = value is { } several ? Require.Positive(several) : null; }

    /// <summary>Gets the number from which all chance follows.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
