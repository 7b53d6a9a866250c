namespace Distillation.Evaluation;

/// <summary>The meaning of outputs and labels.</summary>
internal enum TaskKind
{
    /// <summary>Logits and class ids, or probabilities.</summary>
    Classes,

    /// <summary>Logits and labels of 0 and 1.</summary>
    Presence,

    /// <summary>Predictions and targets.</summary>
    Targets,

    /// <summary>Embeddings and class ids.</summary>
    Embeddings,

    /// <summary>Known to the metrics alone.</summary>
    Custom,
}
