using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Soft targets: the student matches the teacher's softened probabilities (Hinton, Vinyals and Dean, 2015).</summary>
/// <remarks>
/// <para><c>T² · (1/N) Σₙ KL(softmax(tₙ/T) ‖ softmax(sₙ/T))</c>, for student logits s and teacher logits t, both [N, C].</para>
/// <para>The factor T² keeps the gradient's size when the temperature changes; the mean is over samples ("batchmean"), as in mdistiller and torchdistill.</para>
/// </remarks>
public sealed class SoftTargetLoss : IDistillationLoss, IClosedFormGradient
{
    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 4.</param>
    public SoftTargetLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public IClosedFormGradient ClosedForm => this;

    /// <inheritdoc/>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        double temperature = Loss.At(Temperature, context);
        using Scalar inverse = (1 / temperature).ToScalar();
        using Scalar scale = (temperature * temperature / student.size(0)).ToScalar();
        Tensor log = functional.log_softmax(student * inverse, 1);
        Tensor target = functional.softmax(teacher * inverse, 1);
        return functional.kl_div(log, target, log_target: false, reduction: Reduction.Sum) * scale;
    }

    /// <inheritdoc/>
    LossGradient IClosedFormGradient.Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        double temperature = Loss.At(Temperature, context);
        using Scalar inverse = (1 / temperature).ToScalar();
        using Scalar scale = (temperature * temperature / student.size(0)).ToScalar();
        using Scalar slope = (temperature / student.size(0)).ToScalar();
        Tensor log = functional.log_softmax(student * inverse, 1);
        Tensor target = functional.softmax(teacher * inverse, 1);
        Tensor value = functional.kl_div(log, target, log_target: false, reduction: Reduction.Sum).mul_(scale);
        return new(value, log.exp_().sub_(target).mul_(slope));
    }
}
