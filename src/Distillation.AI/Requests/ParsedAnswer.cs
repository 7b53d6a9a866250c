namespace Distillation.AI;

/// <summary>What was read from an answer: a label and probabilities, nothing but that it is well formed, or the reason why it is malformed.</summary>
internal sealed record ParsedAnswer
{
    public string? Label { get; init; }

    public IReadOnlyDictionary<string, double>? Probabilities { get; init; }

    public string? Malformed { get; init; }
}
