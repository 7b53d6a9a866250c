namespace Distillation.Losses;

/// <summary>
/// The total variation distance between the probabilities of student and teacher: bounded, so that no row counts for much more than the others.
/// </summary>
/// <remarks>
/// <c>(1/R) Σᵣ ½ Σ_c |softmax(tᵣ/T)_c − softmax(sᵣ/T)_c|</c>, in [0, 1], for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows
/// [R, C]. There is no factor T². The gradient is 0 where both are equal.
/// </remarks>
public sealed class TotalVariationLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public TotalVariationLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 1);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        return (TemperatureSoftmax.Probabilities(rows.Student, temperature) - TemperatureSoftmax.Probabilities(rows.Teacher, temperature))
            .abs()
            .sum(1)
            .Mul(0.5);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor student = TemperatureSoftmax.Probabilities(rows.Student, temperature);
        Tensor difference = student - TemperatureSoftmax.Probabilities(rows.Teacher, temperature);
        Tensor values = difference.abs().sum(1).MulInPlace(0.5);
        return new(values, TemperatureSoftmax.ToLogits(difference.sign_(), student, 2 * temperature));
    }
}
