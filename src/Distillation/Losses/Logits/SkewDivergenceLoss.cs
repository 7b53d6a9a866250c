using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The teacher's divergence from a mixture of both: as soft targets, with a gradient that stays small where the student rules out what the teacher outputs
/// (DistiLLM; Ko et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ KL(p ‖ λ · p + (1 − λ) · q)</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and teacher logits t, [N, C], [N, T, C] or
/// [N, C, H, W], as rows [R, C]. λ = 0 is KL(p ‖ q), as in <see cref="SoftTargetLoss"/>. There is no factor T².
/// </para>
/// </remarks>
public sealed class SkewDivergenceLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="skew">λ: the teacher's share of the mixture; in [0, 1). The default value is 0.1.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public SkewDivergenceLoss(double skew = 0.1, Schedule? temperature = null)
    {
        Skew = Require.BelowOne(skew);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets the teacher's share of the mixture.</summary>
    /// <value>In [0, 1). The default value is 0.1.</value>
    public double Skew { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Skew), Skew), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = TemperatureSoftmax.Of(rows, Temperature);
        if (Skew == 0)
        {
            return TemperatureSoftmax.Divergence(teacher, student);
        }

        teacher = TemperatureSoftmax.Bound(teacher);
        return TemperatureSoftmax.Divergence(teacher, TemperatureSoftmax.Mix(Skew, teacher, TemperatureSoftmax.Bound(student)));
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        if (Skew == 0)
        {
            return TemperatureSoftmax.Forward(rows, temperature, 1);
        }

        ((Tensor logStudent, Tensor student), (Tensor logTeacher, Tensor teacher)) = TemperatureSoftmax.BothOf(rows, temperature);
        double odds = Math.Log(Skew / (1 - Skew));
        double logSkew = Math.Log(Skew);

        // λ · p/m = σ(x) and (1 − λ) · q/m = σ(−x) with x = log p − log q + log(λ/(1 − λ)).
        Tensor x = logTeacher.ClampMinInPlace(Loss.MinLogarithm).sub_(logStudent.ClampMinInPlace(Loss.MinLogarithm)).AddInPlace(odds);
        Tensor values = functional.logsigmoid(x).mul_(teacher).sum(1).SubInPlace(logSkew);

        // w = (1 − λ) · q · p/m; the gradient is q · Σ w − w.
        Tensor weights = x.neg_().sigmoid_().mul_(teacher);
        return new(values, student.mul_(weights.sum(1, keepdim: true)).sub_(weights).MulInPlace(1 / temperature));
    }
}
