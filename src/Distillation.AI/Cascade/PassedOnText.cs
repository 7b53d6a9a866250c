using Distillation.Text;

namespace Distillation.AI;

/// <summary>A text that a student passed on: material for its next training.</summary>
public sealed record PassedOnText
{
    /// <summary>Gets the text that the student classified.</summary>
    public required string Text { get; init; }

    /// <summary>Gets the student's prediction, whose confidence was below the threshold.</summary>
    public required TextPrediction Prediction { get; init; }

    /// <summary>Gets the text of the inner client's answer.</summary>
    public required string Answer { get; init; }
}
