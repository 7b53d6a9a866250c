namespace Distillation.Onnx;

/// <summary>What the numbers are that a model gives for each class.</summary>
public enum OnnxTeacherOutput
{
    /// <summary>Outputs before the softmax, or the predictions of a regression: they are passed on.</summary>
    Logits,

    /// <summary>Probabilities, of which the teacher gives log max(p, smallest normal number).</summary>
    Probabilities,
}
