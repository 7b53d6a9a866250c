namespace Distillation.Evaluation;

/// <summary>
/// The area under the receiver operating characteristic of classes: of two, that of class 1; of more, the mean of each class against the rest (Hand and Till,
/// 2001, as "one versus rest"). In [0, 1].
/// </summary>
/// <remarks>
/// It equals scikit-learn's <c>roc_auc_score(multi_class="ovr")</c> of the probabilities. A class that all rows or none have is left out; NaN where this is so
/// of all.
/// </remarks>
public sealed class Auroc : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input)
    {
        ClassRows rows = Require.Present(input).Classes;
        Tensor present = torch.nn.functional.one_hot(rows.Labels, rows.Classes).to(torch.ScalarType.Float64);

        // Of two classes the areas of both are equal.
        return rows.Classes == 2
            ? RankedScores.State(rows.Probabilities.narrow(1, 1, 1), present.narrow(1, 1, 1))
            : RankedScores.State(rows.Probabilities, present);
    }

    /// <inheritdoc/>
    public override double Compute(Tensor state) => RankedScores.Mean(Require.Present(state), scores => scores.Area());
}
