namespace Distillation.Models;

/// <summary>What an ensemble takes the mean of.</summary>
public enum EnsembleMean
{
    /// <summary>The probabilities: log Σ wᵢ softmax(zᵢ). A sure member cannot drown the others.</summary>
    Probabilities,

    /// <summary>The logits: Σ wᵢ zᵢ, which is the geometric mean of the probabilities.</summary>
    Logits,
}
