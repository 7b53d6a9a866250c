namespace Distillation.Losses;

/// <summary>Where the student misses the teacher on one sample, it must not miss it in the same features on the next (CC; Peng et al., 2019).</summary>
/// <remarks>
/// <para><c>1/(N−1) Σₙ Σ_d |sₙ_d − tₙ_d| · |sₙ₊₁_d − tₙ₊₁_d|</c> over neighbors in the batch, for layers [N, ...] of one shape, flattened to [N, D].</para>
/// <para>
/// As in RepDistiller, which has it from an author of the paper. The paper compares the matrices of a kernel between all samples instead: see
/// <see cref="KernelCongruenceLoss"/>. Zero for one sample.
/// </para>
/// </remarks>
public sealed class CorrelationCongruenceLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">What brings the student's layer to the teacher's shape; nothing if not given.</param>
    public CorrelationCongruenceLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireSame(student, teacher);
        Tensor distance = FeatureShapes.Flat(student - teacher).abs();
        long pairs = distance.size(0) - 1;
        return (distance.narrow(0, 0, pairs) * distance.narrow(0, 1, pairs)).sum().Div(Math.Max(pairs, 1));
    }
}
