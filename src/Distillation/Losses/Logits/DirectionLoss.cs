using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Between samples: the angles between the student's logits are those between the teacher's (the direction part of Streamlined Knowledge Distillation, CVPR
/// 2026).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ √(dᵣᵀ · Σ⁻¹ · dᵣ)</c>, where D = ŝ·ŝᵀ − t̂·t̂ᵀ is [R, R] with the rows d, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C,
/// H, W], as rows [R, C], of which ŝ and t̂ have the norm 1; and Σ = cov(D) + λ · I, with the columns of D as the variables and its rows as the observations
/// (divided by R − 1). The gradient runs through Σ.
/// </para>
/// <para>The values are those of torchdistill. The authors' code divides D by C, which is this loss with λ · C² in place of λ.</para>
/// <para>
/// It is meant to stand beside <see cref="SoftTargetLoss"/>. Rows that do not count are left out. The loss of one row is 0. It takes memory for R² numbers and
/// time for R³: it is for samples, not for pixels.
/// </para>
/// </remarks>
public sealed class DirectionLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="tikhonov">λ: what is added to the diagonal of the covariance; positive. The default value is 0.1.</param>
    public DirectionLoss(double tikhonov = 0.1) => Tikhonov = Require.Positive(tikhonov);

    /// <summary>Gets what is added to the diagonal of the covariance, so that it has an inverse.</summary>
    /// <value>Positive. The default value is 0.1.</value>
    public double Tikhonov { get; }

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Tikhonov), Tikhonov)];

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => BatchRows.Compare(rows, (student, teacher) =>
    {
        (student, teacher) = RuledOut.Vectors(student, teacher);
        Tensor difference = Angles(student) - Angles(teacher);
        Tensor root = torch.linalg.cholesky(Covariance(difference));

        // √(dᵀ Σ⁻¹ d) is the norm of L⁻¹ d, whose gradient at 0 is 0.
        return torch.linalg.solve_triangular(root, difference.t(), upper: false).norm(0, keepdim: false, p: 2).mean();
    });

    private static Tensor Angles(Tensor logits)
    {
        Tensor directions = functional.normalize(logits, p: 2, dim: 1);
        return directions.mm(directions.t());
    }

    private Tensor Covariance(Tensor difference)
    {
        long rows = difference.size(0);
        Tensor centered = difference - difference.mean([0], keepdim: true);
        return centered.t().mm(centered).Div(Math.Max(rows - 1, 1)).Add(torch.eye(rows, rows, difference.dtype, difference.device).Mul(Tikhonov));
    }
}
