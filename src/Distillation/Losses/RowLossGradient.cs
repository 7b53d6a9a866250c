namespace Distillation.Losses;

/// <summary>The loss of each row, and its gradient at the student's logits.</summary>
/// <param name="Values">The losses, [R], without graph.</param>
/// <param name="AtLogits">The gradient of each row's own loss, [R, C].</param>
/// <remarks>Both tensors are fresh: the caller changes them.</remarks>
public readonly record struct RowLossGradient(Tensor Values, Tensor AtLogits);
