namespace Distillation;

/// <summary>A loss and its gradient at the student's logits.</summary>
/// <param name="Value">The loss: a scalar without graph.</param>
/// <param name="AtLogits">Its gradient, in the shape of the logits.</param>
/// <remarks>Both tensors are fresh: a sum of losses adds into them.</remarks>
public readonly record struct LossGradient(Tensor Value, Tensor AtLogits);
