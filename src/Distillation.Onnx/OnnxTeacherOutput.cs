namespace Distillation.Onnx;

/// <summary>What the numbers are that a model outputs for each class.</summary>
public enum OnnxTeacherOutput
{
    /// <summary>Outputs before the softmax, or the predictions of a regression: they are passed on.</summary>
    Logits,

    /// <summary>
    /// Probabilities of classes of which one is right: rows sum to 1, and the teacher outputs log max(p, smallest normal number). Of a single column it gives
    /// what <see cref="BinaryProbabilities"/> gives.
    /// </summary>
    Probabilities,

    /// <summary>
    /// Probabilities that each stand for themselves, as a sigmoid outputs them: [N, 1] for one class against the rest, [N, C] for C labels. The teacher outputs
    /// log(p / (1 - p)), of which the sigmoid is p, for binary losses; p and 1 - p are at least the smallest normal number.
    /// </summary>
    BinaryProbabilities,
}
