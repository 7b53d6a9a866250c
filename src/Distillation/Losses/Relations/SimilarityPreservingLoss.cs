namespace Distillation.Losses;

/// <summary>Samples that are alike to the teacher are alike to the student: the matrices of similarities match (SP; Tung and Mori, 2019).</summary>
/// <remarks>
/// <para><c>(1/N²) ‖G(s) − G(t)‖²</c>, where G(x) is <c>x xᵀ</c>, [N, N], with each row divided by its L2 norm, for layers [N, ...] flattened to [N, D];
/// as in the paper and RepDistiller. The layers may differ in all but N.</para>
/// <para>A row of zeros stays zero.</para>
/// </remarks>
public sealed class SimilarityPreservingLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    public SimilarityPreservingLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) =>
        (Similarities(student) - Similarities(teacher)).Square().mean();

    private static Tensor Similarities(Tensor layer)
    {
        Tensor flat = FeatureShapes.Flat(layer);
        return UnitVectors.Of(flat.mm(flat.t()), 1);
    }
}
