namespace Distillation.SmallData;

/// <summary>The predictions for a batch of samples.</summary>
/// <param name="Probabilities">The probabilities by which samples are kept, [N, C].</param>
/// <param name="Labels">The labels that are learned from, [N, C].</param>
/// <param name="Agreement">The share of members that hold the same class likeliest, [N] float64; null where it is not computed.</param>
/// <param name="Contradicts">Whether the known label is of another class, [N] bool; null where it is not computed.</param>
internal sealed record SamplePrediction(Tensor Probabilities, Tensor Labels, Tensor? Agreement = null, Tensor? Contradicts = null);
