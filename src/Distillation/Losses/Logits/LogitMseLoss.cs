namespace Distillation.Losses;

/// <summary>Mean squared error between the logits of student and teacher (Ba and Caruana, 2014).</summary>
/// <remarks>
/// <c>(1/(R·C)) Σᵣ Σ_c (sᵣ_c − tᵣ_c)²</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]: the mean over all
/// elements, as in PyTorch's <c>mse_loss</c>.
/// </remarks>
public sealed class LogitMseLoss : RowLoss, IRowGradient
{
    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Values(RuledOut.Difference(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor Difference, Tensor Count) parts = RuledOut.Difference(rows);
        return new(Values(parts), parts.Difference.MulInPlace(2).div_(parts.Count));
    }

    private static Tensor Values((Tensor Difference, Tensor Count) parts) => (parts.Difference.Square() / parts.Count).sum(1);
}
