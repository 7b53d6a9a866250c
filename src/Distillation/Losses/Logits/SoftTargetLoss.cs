using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Soft targets: the student matches the teacher's softened probabilities (Hinton, Vinyals and Dean, 2015).</summary>
/// <remarks>
/// <para><c>T² · (1/R) Σᵣ KL(softmax(tᵣ/T) ‖ softmax(sᵣ/T))</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C].</para>
/// <para>The factor T² keeps the gradient's size when the temperature changes; the mean is over samples ("batchmean"), as in mdistiller and torchdistill.</para>
/// </remarks>
public sealed class SoftTargetLoss : RowLoss, IRowGradient
{
    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 4.</param>
    public SoftTargetLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor log, Tensor target, double temperature) = Soften(rows);
        target = target.clamp_min(Loss.LeastLogarithm);
        return (target.exp() * (target - log)).sum(1) * (temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor log, Tensor target, double temperature) = Soften(rows);
        using Scalar scale = (temperature * temperature).ToScalar();
        using Scalar slope = temperature.ToScalar();
        using Scalar least = Loss.LeastLogarithm.ToScalar();
        Tensor probabilities = target.clamp_min_(least).exp();
        Tensor values = target.sub_(log).mul_(probabilities).sum(1).mul_(scale);
        return new(values, log.exp_().sub_(probabilities).mul_(slope));
    }

    // Logarithms on both sides: a teacher under a learned temperature has a gradient too, which must not be lost where a probability is 0.
    private (Tensor Log, Tensor Target, double Temperature) Soften(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        using Scalar inverse = (1 / temperature).ToScalar();
        return (functional.log_softmax(rows.Student * inverse, 1), functional.log_softmax(rows.Teacher * inverse, 1), temperature);
    }
}
