namespace Distillation.Losses;

/// <summary>
/// Transformed teacher matching: the student, at temperature 1, matches a power of the teacher's probabilities (TTM and WTTM; Zheng and Yang, 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ wᵣ · KL(p̃ ‖ softmax(sᵣ))</c> with <c>p̃ = p^γ / Σ_c p_c^γ</c> and p = softmax(tᵣ), for student logits s and teacher logits t, [N, C], [N, T, C]
/// or [N, C, H, W], as rows [R, C]. p̃ is softmax(γ · tᵣ), the teacher at the temperature 1/γ. wᵣ = 1 (TTM), or with <see cref="IsWeighted"/> the power sum
/// <c>Σ_c p_c^γ</c> (WTTM), in [1, C^(1 − γ)] for γ below 1: rows whose teacher is in doubt count more.
/// </para>
/// <para>
/// The values are those of the authors' code. The student is not softened, which soft targets do with both, and there is no factor T². The loss is meant to
/// stand beside <see cref="HardLabelLoss"/> of weight 1; the authors' weight is 45 for TTM with γ = 0.1, and 4 for WTTM with γ = 0.2 beside another loss.
/// </para>
/// </remarks>
public sealed class TransformedTeacherLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="exponent">γ: the power of the teacher's probabilities; positive. The default value is 0.2.</param>
    public TransformedTeacherLoss(double exponent = 0.2) => Exponent = Require.Positive(exponent);

    /// <summary>Gets the power of the teacher's probabilities.</summary>
    /// <value>Positive; 1 is the teacher as it is, and less is softer. The default value is 0.2.</value>
    public double Exponent { get; }

    /// <summary>Gets whether each row is weighted by the power sum of the teacher's probabilities (WTTM).</summary>
    /// <value>The default value is <see langword="false"/>: all rows count the same (TTM).</value>
    public bool IsWeighted { get; init; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Exponent), Exponent), (nameof(IsWeighted), IsWeighted)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        Tensor values = TemperatureSoftmax.Divergence(TemperatureSoftmax.Log(rows.Teacher, 1 / Exponent), TemperatureSoftmax.Log(rows.Student, 1));
        return IsWeighted ? values * PowerSum(rows) : values;
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor logTeacher, Tensor teacher) = TemperatureSoftmax.Both(rows.Teacher, 1 / Exponent);
        (Tensor logStudent, Tensor student) = TemperatureSoftmax.Both(rows.Student, 1);
        Tensor values = logTeacher.sub_(logStudent).MaskedFillInPlace(teacher.Eq(0), 0).mul_(teacher).sum(1);
        Tensor gradient = student.sub_(teacher);
        if (!IsWeighted)
        {
            return new(values, gradient);
        }

        Tensor weights = PowerSum(rows);
        return new(values.mul_(weights), gradient.mul_(weights.unsqueeze(1)));
    }

    private Tensor PowerSum(LogitRows rows) => TemperatureSoftmax.Log(rows.Teacher, 1).Mul(Exponent).logsumexp(1).exp_();
}
