using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Weighted soft labels: soft targets count less in rows of whose label the student is surer than the teacher (WSLD; Zhou et al., 2021).
/// </summary>
/// <remarks>
/// <para>
/// <c>−T² · (1/R) Σᵣ wᵣ Σ_c softmax(tᵣ/T)_c log softmax(sᵣ/T)_c</c> with <c>wᵣ = 1 − exp(−ℓ_s/ℓ_t)</c>, where ℓ_s and ℓ_t are the cross entropies of student
/// and teacher with the label at temperature 1, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and class ids,
/// [N], [N, T] or [N, H, W]. The weights are constants of the gradient.
/// </para>
/// <para>
/// The values are those of the authors' code, whose quotient has ℓ_t + 1e-7 below; the weight is 2.5 there, beside <see cref="HardLabelLoss"/> of weight 1.
/// </para>
/// </remarks>
public sealed class WeightedSoftLabelLoss : RowLoss, IRowGradient
{
    private const double Epsilon = 1e-7;

    private readonly SoftCrossEntropyLoss _softLabels;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 2.</param>
    public WeightedSoftLabelLoss(Schedule? temperature = null) => _softLabels = new(temperature ?? 2);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 2.</value>
    public Schedule Temperature => _softLabels.Temperature;

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Weights(rows) * _softLabels.ComputeRows(rows);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor weights = Weights(rows);
        RowLossGradient gradient = _softLabels.RowGradient!.Compute(rows);
        return new(gradient.Values.mul_(weights), gradient.AtLogits.mul_(weights.unsqueeze(1)));
    }

    private static Tensor Weights(LogitRows rows)
    {
        using var noGradient = torch.no_grad();
        Tensor ratio = CrossEntropy(rows.Student, rows) / CrossEntropy(rows.Teacher, rows).Add(Epsilon);
        return ratio.neg_().expm1_().neg_();
    }

    private static Tensor CrossEntropy(Tensor logits, LogitRows rows) =>
        TemperatureSoftmax.Bound(functional.log_softmax(logits, 1).gather(1, rows.Labels.unsqueeze(1)).squeeze(1)).neg();
}
