namespace Distillation.Models;

/// <summary>How the weights of an ensemble's members depend on the sample.</summary>
public enum EnsembleWeighting
{
    /// <summary>They do not.</summary>
    Fixed,

    /// <summary>
    /// A member that is less sure weighs less: in proportion to <c>1 − Hₖ / Σⱼ Hⱼ</c>, H the entropy of its probabilities (EBKD; Kwon et al., 2020).
    /// </summary>
    Entropy,

    /// <summary>
    /// A member that is wrong weighs less: in proportion to <c>1 − softmaxₖ(CE₁, …, CEₖ, …)</c>, CE the cross entropy of its logits with the label (CA-MKD;
    /// Zhang, Chen and Wang, 2022).
    /// </summary>
    Labels,
}
