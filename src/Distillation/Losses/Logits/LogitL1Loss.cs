namespace Distillation.Losses;

/// <summary>Mean absolute error between the logits of student and teacher: a few logits far off count for less than in <see cref="LogitMseLoss"/>.</summary>
/// <remarks><c>(1/(R·C)) Σᵣ Σ_c |sᵣ_c − tᵣ_c|</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]: the mean over all elements, as in PyTorch's <c>l1_loss</c>.</remarks>
public sealed class LogitL1Loss : RowLoss, IRowGradient
{
    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => (rows.Student - rows.Teacher).abs().mean([1]);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor difference = rows.Student - rows.Teacher;
        return new(difference.abs().mean([1]), difference.sign_().TimesInPlace(1.0 / rows.Classes));
    }
}
