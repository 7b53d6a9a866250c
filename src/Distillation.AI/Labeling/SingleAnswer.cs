using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>One request a text; the label of its answer has the probability 1.</summary>
public sealed record SingleAnswer : LabelProbabilities
{
    internal override (double[]? Probabilities, string? Malformed) Read(TextTask task, int label, double? confidence, ChatResponse response) =>
        (Certain(task, label), null);
}
