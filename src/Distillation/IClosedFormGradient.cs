namespace Distillation;

/// <summary>Computes a loss and its gradient at the student's logits together, without a graph.</summary>
public interface IClosedFormGradient
{
    /// <summary>Measures one batch.</summary>
    /// <param name="context">The outputs of student and teacher for the batch.</param>
    /// <returns>The value that <see cref="IDistillationLoss.Compute"/> gives, and its gradient. Called without gradients being recorded.</returns>
    LossGradient Compute(DistillationContext context);
}
