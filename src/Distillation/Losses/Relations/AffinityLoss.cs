namespace Distillation.Losses;

/// <summary>Places that belong together to the teacher belong together to the student, in each channel (affinity distillation; He et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/N) Σₙ Σ_c (1/P) ‖s sᵀ − t tᵀ‖</c> with the Frobenius norm, where s and t are channel c of sample n, [P], divided by their L2 norms; for layers [N, C,
/// ...] of one shape, flattened to [N, C, P].
/// </para>
/// <para>
/// As in torchdistill, but the matrices [P, P] are never made: <c>‖s sᵀ − t tᵀ‖² = ½(|s − t|²·|s + t|² + ((s − t)·(s + t))²)</c>. The paper takes the cosine
/// between the vectors of two places over all channels. A channel of zeros stays zero.
/// </para>
/// </remarks>
public sealed class AffinityLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer, of the shape that the connector gives.</param>
    /// <param name="connector">What brings the student's layer to the teacher's shape; nothing if not given.</param>
    public AffinityLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireChannels(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        Tensor left = UnitVectors.Of(student.flatten(2), 2);
        Tensor right = UnitVectors.Of(teacher.flatten(2), 2);
        (Tensor difference, Tensor sum) = (left - right, left.Add(right));
        Tensor parts = torch.stack([Norm(difference) * Norm(sum), (difference * sum).sum(2)], 2);
        return Norm(parts).sum(1).mean().Div(Math.Sqrt(2) * left.size(2));
    }

    // Its gradient at zero is zero.
    private static Tensor Norm(Tensor vectors) => vectors.norm(2, keepdim: false, p: 2);
}
