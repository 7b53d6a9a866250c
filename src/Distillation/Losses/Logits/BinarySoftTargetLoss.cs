namespace Distillation.Losses;

/// <summary>
/// Soft targets where a sample may have several classes: for each class on its own, the student matches the teacher's softened probability of it (multi-label
/// logits distillation; Yang et al., 2023).
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · (1/R) Σᵣ Σ_c KL(Bernoulli(σ(t/T)) ‖ Bernoulli(σ(s/T)))</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows
/// [R, C]: the sum over classes and the mean over rows.
/// </para>
/// <para>
/// At T = 1 it is the <c>MLD</c> term of the authors' L2D with its default, "batchmean", which keeps probabilities within 1e-8 of 0 and 1 where logarithms of
/// sigmoids need no bound. Others divide by the number of classes too: their values are this one's divided by C.
/// </para>
/// </remarks>
public sealed class BinarySoftTargetLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public BinarySoftTargetLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 1);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, double temperature) = Soften(rows);
        return TemperatureSoftmax.BinaryDivergence(teacher, student).sum(1).Mul(temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor student, Tensor teacher, double temperature) = Soften(rows);
        Tensor values = TemperatureSoftmax.BinaryDivergence(teacher, student).sum(1).MulInPlace(temperature * temperature);
        return new(values, student.sigmoid_().sub_(teacher.sigmoid_()).MulInPlace(temperature));
    }

    private (Tensor Student, Tensor Teacher, double Temperature) Soften(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        double inverse = 1 / temperature;
        return (rows.Student.Mul(inverse), rows.Teacher.Mul(inverse), temperature);
    }
}
