using Distillation.Evaluation;

namespace Distillation.Studies;

/// <summary>What a study keeps of one training: numbers alone.</summary>
internal sealed record TrialOutcome
{
    /// <summary>Gets what was trained and how, in words: an outcome is used again only for the same.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the value of the metric on the validation data.</summary>
    public required double Value { get; init; }

    /// <summary>Gets the evaluation on the test data; <see langword="null"/> of a training of the search.</summary>
    public GroupedEvaluation? Tested { get; init; }
}
