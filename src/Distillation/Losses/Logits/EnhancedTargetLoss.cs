namespace Distillation.Losses;

/// <summary>
/// Soft targets with the label enhanced: the less sure the teacher is, the less its other classes count (the loss of OFA-KD; Hao et al., 2023).
/// </summary>
/// <remarks>
/// <para>
/// <c>−(1/R) Σᵣ Σ_c ((p_c + [c = y])^ε − [c = y]) log q_c</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and teacher logits t, [N,
/// C], [N, T, C] or [N, C, H, W], as rows [R, C], and class ids y, [N], [N, T] or [N, H, W]. ε = 1 is the cross entropy of soft targets; above 1 the label
/// counts more than p_y, and the others less than theirs. The target does not sum to 1.
/// </para>
/// <para>
/// The values are those of the authors' code: a cross entropy, not zero where the student equals the teacher, without a factor T². The authors' ε is from 1 to
/// 1.5, and the weight 1, beside <see cref="HardLabelLoss"/> of weight 1. They apply it to branches behind each stage of a student of another architecture too.
/// </para>
/// </remarks>
public sealed class EnhancedTargetLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="exponent">ε: how much the label is enhanced; positive. The default value is 1.5.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public EnhancedTargetLoss(double exponent = 1.5, Schedule? temperature = null)
    {
        Exponent = Require.Positive(exponent);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets how much the label is enhanced.</summary>
    /// <value>Positive; 1 is not at all. The default value is 1.5.</value>
    public double Exponent { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Exponent), Exponent), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        return TemperatureSoftmax.Term(Target(rows, temperature), TemperatureSoftmax.Log(rows.Student, temperature)).sum(1).neg();
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor target = Target(rows, temperature);
        (Tensor log, Tensor student) = TemperatureSoftmax.Both(rows.Student, temperature);
        Tensor values = TemperatureSoftmax.Term(target, log).sum(1).neg_();
        return new(values, student.mul_(target.sum(1, keepdim: true)).sub_(target).MulInPlace(1 / temperature));
    }

    private Tensor Target(LogitRows rows, double temperature)
    {
        Tensor isLabel = TemperatureSoftmax.IsLabel(rows).to(rows.Student.dtype);
        Tensor enhanced = TemperatureSoftmax.Probabilities(rows.Teacher, temperature).Add(isLabel);
        return (Exponent == 1 ? enhanced : enhanced.Pow(Exponent)) - isLabel;
    }
}
