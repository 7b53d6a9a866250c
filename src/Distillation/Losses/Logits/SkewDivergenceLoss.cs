namespace Distillation.Losses;

/// <summary>The teacher's divergence from a mixture of both: as soft targets, with a gradient that stays small where the student rules out what the teacher says (DistiLLM; Ko et al., 2024).</summary>
/// <remarks>
/// <para><c>(1/R) Σᵣ KL(p ‖ λ · p + (1 − λ) · q)</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W],
/// as rows [R, C]. λ = 0 is KL(p ‖ q), as in <see cref="SoftTargetLoss"/>. There is no factor T².</para>
/// </remarks>
public sealed class SkewDivergenceLoss : RowLoss, IRowGradient
{
    /// <summary>Makes the loss.</summary>
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

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = Softened.Of(rows, Temperature);
        return Softened.Divergence(teacher, Softened.Mix(Skew, teacher, student));
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor student, Tensor teacher, double temperature) = Softened.Of(rows, Temperature);
        Tensor mixed = Softened.Mix(Skew, teacher, student);
        Tensor values = Softened.Divergence(teacher, mixed);
        using Scalar share = ((1 - Skew) / temperature).ToScalar();

        // w = q · p / m, which is p where λ = 0; the gradient is (1 − λ) · (q · Σ w − w).
        Tensor weights = teacher.add_(student).sub_(mixed).exp_();
        return new(values, student.exp_().mul_(weights.sum(1, keepdim: true)).sub_(weights).mul_(share));
    }
}
