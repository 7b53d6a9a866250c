using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Mean squared error between the logits of student and teacher (Ba and Caruana, 2014).</summary>
/// <remarks><c>(1/(N·C)) Σₙ Σ_c (sₙ_c − tₙ_c)²</c>, for student logits s and teacher logits t, both [N, C]: the mean over all elements, as in PyTorch's <c>mse_loss</c>.</remarks>
public sealed class LogitMseLoss : IDistillationLoss, IClosedFormGradient
{
    /// <inheritdoc/>
    public IClosedFormGradient ClosedForm => this;

    /// <inheritdoc/>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        return functional.mse_loss(student, teacher);
    }

    /// <inheritdoc/>
    LossGradient IClosedFormGradient.Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = LogitPair.Of(context);
        using Scalar slope = (2.0 / student.numel()).ToScalar();
        Tensor difference = student - teacher;
        return new(difference.square().mean(), difference.mul_(slope));
    }
}
