namespace Distillation.Losses;

/// <summary>Mean absolute error between the logits of student and teacher: a few logits far off count for less than in <see cref="LogitMseLoss"/>.</summary>
/// <remarks>
/// <c>(1/(R·C)) Σᵣ Σ_c |sᵣ_c − tᵣ_c|</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]: the mean over all
/// elements, as in PyTorch's <c>l1_loss</c>.
/// </remarks>
public sealed class LogitL1Loss : RowLoss, IRowGradient
{
    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Values(RuledOut.Difference(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor Difference, Tensor Count) parts = RuledOut.Difference(rows);
        return new(Values(parts), parts.Difference.sign_().div_(parts.Count));
    }

    private static Tensor Values((Tensor Difference, Tensor Count) parts) => (parts.Difference.abs() / parts.Count).sum(1);
}
