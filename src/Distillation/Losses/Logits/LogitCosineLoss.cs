namespace Distillation.Losses;

/// <summary>The cosine distance between the logits of student and teacher: their direction alone, whatever their size.</summary>
/// <remarks>
/// <c>(1/R) Σᵣ (1 − sᵣ·tᵣ / (‖sᵣ‖ · ‖tᵣ‖))</c>, in [0, 2], for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C].
/// Logits of a norm of at most 1e-8 have no direction: their distance is 1, without a gradient. PyTorch's <c>cosine_similarity</c>, the same elsewhere, has one
/// of up to 1e8 there.
/// </remarks>
public sealed class LogitCosineLoss : RowLoss
{
    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher) = RuledOut.Vectors(rows.Student, rows.Teacher);
        return Correlations.Cosine(student, teacher, along: 1).RSub(1);
    }
}
