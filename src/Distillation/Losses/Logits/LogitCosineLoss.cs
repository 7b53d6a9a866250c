using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>The cosine distance between the logits of student and teacher: their direction alone, whatever their size.</summary>
/// <remarks>
/// <c>(1/R) Σᵣ (1 − sᵣ·tᵣ / (‖sᵣ‖ · ‖tᵣ‖))</c>, in [0, 2], for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C].
/// A norm below 1e-8 counts as 1e-8, as in PyTorch's <c>cosine_similarity</c>.
/// </remarks>
public sealed class LogitCosineLoss : RowLoss
{
    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => 1 - functional.cosine_similarity(rows.Student, rows.Teacher, dim: 1);
}
