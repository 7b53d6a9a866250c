namespace Distillation.AI;

/// <summary>By what the next texts for an expensive teacher are chosen.</summary>
public enum ActiveStrategy
{
    /// <summary>At random: the control.</summary>
    Random,

    /// <summary>By the entropy of the student's probabilities, −Σ p log p: the highest first (Lewis and Gale, 1994).</summary>
    Entropy,

    /// <summary>By the difference of the student's two highest probabilities: the smallest first (Scheffer, Decomain and Wrobel, 2001).</summary>
    Margin,

    /// <summary>By the entropy of the votes of several predictions: the highest first (Dagan and Engelson, 1995).</summary>
    VoteEntropy,

    /// <summary>
    /// By the Jensen–Shannon divergence of several predictions, H(mean p) − mean H(p): the highest first (McCallum and Nigam, 1998; Houlsby and others, 2011).
    /// </summary>
    Disagreement,

    /// <summary>
    /// By the distance of embeddings from those of all labeled and chosen texts: the farthest first (k-center greedy; Sener and Savarese, 2018).
    /// </summary>
    KCenter,

    /// <summary>
    /// At random, with a probability proportional to the squared distance of embeddings from those of labeled and chosen texts (k-means++; Arthur and
    /// Vassilvitskii, 2007): less drawn to outliers.
    /// </summary>
    KMeansPlusPlus,
}
