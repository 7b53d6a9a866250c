using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The distances between samples are in the same proportions to the student as to the teacher (RKD-D; Park et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/N²) Σᵢⱼ h(d(sᵢ, sⱼ)/μ(s) − d(tᵢ, tⱼ)/μ(t))</c>, where d is the Euclidean distance, μ its mean over the pairs of different samples, and h the Huber
/// function with δ = 1 (½x² where |x| is below 1, |x| − ½ elsewhere); for layers [N, ...] flattened to [N, D]. The layers may differ in all but N. Beside
/// <see cref="RelationalAngleLoss"/> the authors give it the weight 1, and 2 to the angles, for metric learning; for classification 25 and 50 are usual.
/// </para>
/// <para>
/// As in the authors' code and RepDistiller: the mean over all N² pairs, those of a sample with itself included, and squared distances of at least 1e-12. Zero
/// for one sample.
/// </para>
/// </remarks>
public sealed class RelationalDistanceLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    public RelationalDistanceLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) =>
        functional.smooth_l1_loss(Distances(student), Distances(teacher));

    // The distances over their mean. The bound keeps the mean, and the gradient of the root, away from zero.
    private static Tensor Distances(Tensor layer)
    {
        Tensor flat = FeatureShapes.Flat(layer);
        long samples = flat.size(0);
        Tensor squares = flat.Square().sum(1);
        Tensor distances = (squares.unsqueeze(1).Add(squares.unsqueeze(0)) - flat.mm(flat.t()).Mul(2)).ClampMin(1e-12).sqrt();
        distances = distances.MaskedFill(torch.eye(samples, dtype: torch.ScalarType.Bool, device: layer.device), 0);
        long pairs = samples * (samples - 1);
        return pairs == 0 ? distances : distances / (distances.sum().Div(pairs));
    }
}
