namespace Distillation.Losses;

/// <summary>
/// A teacher that the labels correct: another loss sees its logits as they are after a <see cref="TeacherCorrection"/>, so that the student does not learn its
/// errors (knowledge adjustment; Wen et al., 2019).
/// </summary>
/// <remarks>
/// <para>
/// The other loss sees the teacher logits <c>T · log c(softmax(t/T)) + T · log Σ exp(t/T)</c>, for teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows
/// [R, C], class ids y, [N], [N, T] or [N, H, W], and the correction c; so a row that is not changed has its own logits. Student logits and layers pass
/// unchanged.
/// </para>
/// <para>
/// The probabilities that are corrected are those at T. Where the loss inside has the same temperature its targets are exactly the corrected probabilities, as
/// in the papers; at another one they are softened further. A swap is the same at all temperatures. The logits of the teacher stay what they are, so that a
/// cached or recorded teacher serves with and without a correction.
/// </para>
/// </remarks>
public sealed class CorrectedTeacherLoss : DelegatingRowLoss, IRowGradient
{
    /// <summary>Corrects the teacher of a loss.</summary>
    /// <param name="inner">The loss that sees the corrected teacher, such as <c>new SoftTargetLoss(4)</c>.</param>
    /// <param name="correction">What is corrected, such as <see cref="TeacherCorrection.ProbabilityShift"/>.</param>
    /// <param name="temperature">
    /// T: at which temperature probabilities are corrected, best that of the loss inside; positive, at any place of the run. The default value is 1.
    /// </param>
    /// <exception cref="ArgumentException">The loss inside reads layers of the teacher in place of its logits.</exception>
    public CorrectedTeacherLoss(RowLoss inner, TeacherCorrection correction, Schedule? temperature = null)
        : base(inner)
    {
        if (inner.Features.Teacher.Count > 0)
        {
            throw new ArgumentException(
                $"The loss inside must compare the teacher's logits, which the correction changes, but {((IDistillationLoss)inner).Name} reads its layers.",
                nameof(inner));
        }

        Correction = Require.Present(correction);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets what is corrected.</summary>
    public TeacherCorrection Correction { get; }

    /// <summary>Gets at which temperature probabilities are corrected.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient? RowGradient => Inner.RowGradient is null ? null : this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Correction), Correction), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Inner.ComputeRows(Correct(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows) => Inner.RowGradient!.Compute(Correct(rows));

    private LogitRows Correct(LogitRows rows)
    {
        using var noGradient = torch.no_grad();
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor log = TemperatureSoftmax.Log(rows.Teacher, temperature);
        Tensor corrected = Correction.Correct(log, rows.Labels);
        if (!Shapes.Same(corrected, log))
        {
            throw new InvalidOperationException(
                $"A correction must return probabilities {Shapes.Of(log)}, but {Correction.GetType().Name} returned {Shapes.Of(corrected)}.");
        }

        Tensor sum = rows.Teacher.Div(temperature).logsumexp(1, keepdim: true);
        Tensor isSame = corrected.eq(log).all(1, keepdim: true);
        return rows.With(rows.Student, torch.where(isSame, rows.Teacher, corrected.Add(sum).Mul(temperature)));
    }
}
