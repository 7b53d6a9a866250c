namespace Distillation.SmallData;

/// <summary>The predictions for a batch of samples.</summary>
/// <param name="Probabilities">The probabilities by which samples are kept, [N, C].</param>
/// <param name="Labels">The labels that are learned from, [N, C].</param>
/// <param name="Agreement">The share of members that hold the same class likeliest, [N] float64; not asked where null.</param>
/// <param name="Contradicts">Whether the known label says another class, [N] bool; not asked where null.</param>
internal sealed record SamplePrediction(Tensor Probabilities, Tensor Labels, Tensor? Agreement = null, Tensor? Contradicts = null);
