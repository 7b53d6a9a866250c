using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The angles in every triangle of samples are the same to the student as to the teacher (RKD-A; Park et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/N³) Σᵢⱼₖ h(cos∠(s; i, j, k) − cos∠(t; i, j, k))</c>, where ∠ is the angle at sample i between the directions to j and to k, and h the Huber function
/// with δ = 1 (½x² where |x| is below 1, |x| − ½ elsewhere); for layers [N, ...] flattened to [N, D]. The layers may differ in all but N.
/// </para>
/// <para>
/// As in the authors' code and RepDistiller: the mean over all N³ triples, also those in which a sample comes twice. Samples in one place have no direction:
/// their cosines are 0. It holds N²·D numbers for each model: name a small layer.
/// </para>
/// </remarks>
public sealed class RelationalAngleLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    public RelationalAngleLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) =>
        functional.smooth_l1_loss(Angles(student), Angles(teacher));

    private static Tensor Angles(Tensor layer)
    {
        Tensor flat = FeatureShapes.Flat(layer);
        Tensor directions = UnitVectors.Of(flat.unsqueeze(0) - flat.unsqueeze(1), 2);
        return directions.bmm(directions.transpose(1, 2));
    }
}
