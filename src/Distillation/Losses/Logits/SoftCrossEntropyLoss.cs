using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with the teacher's softened probabilities as the target (Hinton, Vinyals and Dean, 2015).</summary>
/// <remarks>
/// <para>
/// <c>−T² · (1/R) Σᵣ Σ_c softmax(tᵣ/T)_c · log softmax(sᵣ/T)_c</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R,
/// C].
/// </para>
/// <para>
/// Its gradient is that of <see cref="SoftTargetLoss"/>; its value is larger by T² times the teacher's entropy, and is not zero when the student equals the
/// teacher.
/// </para>
/// </remarks>
public sealed class SoftCrossEntropyLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public SoftCrossEntropyLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 1);

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
        return TemperatureSoftmax.Term(functional.softmax(rows.Teacher.Mul(1 / temperature), 1), TemperatureSoftmax.Log(rows.Student, temperature))
            .sum(1)
            .Mul(-temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        (Tensor log, Tensor student) = TemperatureSoftmax.Both(rows.Student, temperature);
        Tensor target = TemperatureSoftmax.Probabilities(rows.Teacher, temperature);
        Tensor values = log.MaskedFillInPlace(target.Eq(0), 0).mul_(target).sum(1);
        return new(TemperatureSoftmax.Scale(values, -temperature * temperature), TemperatureSoftmax.Scale(student.sub_(target), temperature));
    }
}
