namespace Distillation.AI;

/// <summary>How the thresholds of a cascade are tested, so that the guarantee holds for the one that is chosen.</summary>
public enum ThresholdTesting
{
    /// <summary>
    /// From the highest threshold downwards, each at the full level, up to the first that is not certified. The first one tested is that at which an eighth of
    /// the held-out texts is answered, but no fewer than a test without an error needs, and no more than three times as many. The guarantee assumes that a
    /// higher confidence does not have a higher error rate.
    /// </summary>
    FixedSequence,

    /// <summary>
    /// Every threshold, each at its part of the level; the lowest one that is certified is taken. The guarantee assumes nothing about the confidence, and more
    /// texts are needed.
    /// </summary>
    Bonferroni,
}
