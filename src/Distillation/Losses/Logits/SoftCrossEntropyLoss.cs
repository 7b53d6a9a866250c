using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with the teacher's softened probabilities as the target (Hinton, Vinyals and Dean, 2015).</summary>
/// <remarks>
/// <para><c>−T² · (1/N) Σₙ Σ_c softmax(tₙ/T)_c · log softmax(sₙ/T)_c</c>, for student logits s and teacher logits t, both [N, C].</para>
/// <para>Its gradient is that of <see cref="SoftTargetLoss"/>; its value is larger by T² times the teacher's entropy, and is not zero when the student equals the teacher.</para>
/// </remarks>
public sealed class SoftCrossEntropyLoss : IDistillationLoss, IClosedFormGradient
{
    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public SoftCrossEntropyLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 1);

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public IClosedFormGradient ClosedForm => this;

    /// <inheritdoc/>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        double temperature = Loss.At(Temperature, context);
        Tensor log = functional.log_softmax(student / temperature, 1);
        Tensor target = functional.softmax(teacher / temperature, 1);
        return (log * target).sum() * (-temperature * temperature / student.size(0));
    }

    /// <inheritdoc/>
    LossGradient IClosedFormGradient.Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        double temperature = Loss.At(Temperature, context);
        using Scalar inverse = (1 / temperature).ToScalar();
        using Scalar scale = (-temperature * temperature / student.size(0)).ToScalar();
        using Scalar slope = (temperature / student.size(0)).ToScalar();
        Tensor log = functional.log_softmax(student * inverse, 1);
        Tensor target = functional.softmax(teacher * inverse, 1);
        Tensor value = (log * target).sum().mul_(scale);
        return new(value, log.exp_().sub_(target).mul_(slope));
    }
}
