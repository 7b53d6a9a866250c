namespace Distillation.Losses;

/// <summary>How an <see cref="AttentionMapLoss"/> compares two maps.</summary>
public enum AttentionDistance
{
    /// <summary>The mean of squared differences (TinyBERT); for scores before the softmax, or probabilities.</summary>
    MeanSquare,

    /// <summary>The divergence KL(teacher ‖ student) of each row (MiniLM); for probabilities.</summary>
    KullbackLeibler,
}
