namespace Distillation.Losses;

/// <summary>Soft targets: the student matches the teacher's softened probabilities (Hinton, Vinyals and Dean, 2015).</summary>
/// <remarks>
/// <para>
/// <c>T² · (1/R) Σᵣ KL(softmax(tᵣ/T) ‖ softmax(sᵣ/T))</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C].
/// </para>
/// <para>
/// The factor T² keeps the gradient's size when the temperature changes; the mean is over samples ("batchmean"), as in mdistiller and torchdistill.
/// </para>
/// </remarks>
public sealed class SoftTargetLoss : RowLoss, IRowGradient, ICpuLossKernel
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 4.</param>
    public SoftTargetLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, double temperature) = TemperatureSoftmax.Of(rows, Temperature);
        return TemperatureSoftmax.Divergence(teacher, student).Mul(temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        return TemperatureSoftmax.Forward(rows, temperature, temperature * temperature);
    }

    /// <inheritdoc/>
    bool ICpuLossKernel.CanMeasure(in CpuLogits rows) => IgnoredLabel is null && !rows.Teacher.IsEmpty;

    /// <inheritdoc/>
    double ICpuLossKernel.Measure(in CpuLogits rows, Span<float> gradient, double weight)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        return CpuKlDivergence.Measure(rows, gradient, temperature, temperature * temperature, weight);
    }
}
