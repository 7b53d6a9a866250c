namespace Distillation.Losses;

/// <summary>
/// Normalized distillation: the teacher's outputs weight the label, and the other classes are compared by themselves (NKD; Yang et al., 2023).
/// </summary>
/// <remarks>
/// <para>
/// <c>−(1/R) Σᵣ (p_y · log q_y + γ · T² · Σ_{c≠y} p̂_c · log q̂_c)</c>, where p = softmax(tᵣ) and q = softmax(sᵣ), y is the label, and p̂ and q̂ are
/// softmax(tᵣ/T) and softmax(sᵣ/T) over the other classes alone, so that they sum to 1; for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C,
/// H, W], as rows [R, C], and class ids y, [N], [N, T] or [N, H, W].
/// </para>
/// <para>
/// As in the authors' code both parts are cross entropies, not divergences, so that the loss is not zero where the student equals the teacher; the temperature
/// softens the other classes alone.
/// </para>
/// </remarks>
public sealed class NormalizedTargetLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="gamma">γ: the weight of the other classes; zero or positive. The default value is 1.5.</param>
    /// <param name="temperature">T: how soft the probabilities of the other classes are; positive, at any place of the run. The default value is 1.</param>
    public NormalizedTargetLoss(double gamma = 1.5, Schedule? temperature = null)
    {
        Gamma = Require.NotNegative(gamma);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets the weight of the other classes.</summary>
    /// <value>Zero or positive. The default value is 1.5.</value>
    public double Gamma { get; }

    /// <summary>Gets how soft the probabilities of the other classes are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Gamma), Gamma), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        Parts parts = Take(rows);
        return Values(parts, rows);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor column = rows.Labels.unsqueeze(1);
        (Tensor log, Tensor student) = TemperatureSoftmax.Both(rows.Student, 1);
        Tensor target = TemperatureSoftmax.Probabilities(rows.Teacher, 1).gather(1, column).neg_();
        NonTargetClasses ofStudent = TemperatureSoftmax.Others(rows.Student, column, temperature);
        Tensor ofTeacher = TemperatureSoftmax.Others(rows.Teacher, column, temperature).Probabilities;
        double scale = -Gamma * temperature * temperature;
        Tensor others = ofStudent.Log.MaskedFillInPlace(ofTeacher.Eq(0), 0).mul_(ofTeacher).sum(1, keepdim: true);
        Tensor values = log.gather(1, column).MaskedFillInPlace(target.Eq(0), 0).mul_(target).AddInPlace(others, scale).squeeze(1);

        // p_y · (q − 1 at the label), and γ · T · (q̂ − p̂) at the others.
        Tensor gradient = ofStudent.Probabilities.sub_(ofTeacher).MulInPlace(Gamma * temperature).sub_(student.mul_(target));
        return new(values, gradient.scatter_add_(1, column, target));
    }

    private Parts Take(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor isLabel = TemperatureSoftmax.IsLabel(rows);
        return new(
            temperature,
            TemperatureSoftmax.Log(rows.Student, 1),
            TemperatureSoftmax.Log(rows.Teacher, 1).gather(1, rows.Labels.unsqueeze(1)).exp_(),
            TemperatureSoftmax.LogOthers(rows.Student, isLabel, temperature),
            TemperatureSoftmax.LogOthers(rows.Teacher, isLabel, temperature).exp_().MaskedFillInPlace(isLabel, 0));
    }

    private Tensor Values(Parts parts, LogitRows rows)
    {
        Tensor target = TemperatureSoftmax.Term(parts.Target, parts.Log.gather(1, rows.Labels.unsqueeze(1))).squeeze(1);
        Tensor others = TemperatureSoftmax.Term(parts.Others, parts.LogOthers).sum(1).Mul(Gamma * parts.Temperature * parts.Temperature);
        return target.Add(others).neg();
    }

    /// <param name="Temperature">T.</param>
    /// <param name="Log">log q, [R, C].</param>
    /// <param name="Target">p_y, [R, 1].</param>
    /// <param name="LogOthers">log q̂, [R, C]; 0 at the label.</param>
    /// <param name="Others">p̂, [R, C]; 0 at the label.</param>
    private readonly record struct Parts(double Temperature, Tensor Log, Tensor Target, Tensor LogOthers, Tensor Others);
}
