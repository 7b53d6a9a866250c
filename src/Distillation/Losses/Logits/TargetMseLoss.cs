namespace Distillation.Losses;

/// <summary>Mean squared error with the targets of the batch: the loss on labels of a regression.</summary>
/// <remarks>
/// <c>(1/(R·D)) Σᵣ Σ_d (s − y)²</c>, for student outputs s, [N, D] (or [N, T, D], [N, D, H, W]), as rows [R, D], and targets y in the same shape, or [N] where
/// D is 1; the mean over all elements, as in PyTorch's <c>mse_loss</c>.
/// </remarks>
public sealed class TargetMseLoss : RowLoss, IRowGradient
{
    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => (rows.Student - rows.Targets).Square().mean([1]);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor difference = rows.Student - rows.Targets;
        return new(difference.Square().mean([1]), difference.MulInPlace(2.0 / rows.Classes));
    }
}
