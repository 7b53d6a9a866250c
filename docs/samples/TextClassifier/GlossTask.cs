using Distillation.AI;

namespace GlossClassifier;

/// <summary>The task of the teacher, and the settings under which its answers are recorded.</summary>
internal static class GlossTask
{
    /// <summary>The name under which the recorded answers stand in the ledger.</summary>
    public const string RecordedModel = "kernel ridge on all-MiniLM-L6-v2";

    public static TextTask Task { get; } = new()
    {
        Description = "The text is a definition from a dictionary. What kind of thing does it define?",
        Labels =
        [
            new() { Name = "act", Definition = "acts or actions" },
            new() { Name = "animal", Definition = "animals" },
            new() { Name = "artifact", Definition = "man-made objects" },
            new() { Name = "body", Definition = "body parts" },
            new() { Name = "communication", Definition = "communicative processes and contents" },
            new() { Name = "food", Definition = "foods and drinks" },
            new() { Name = "location", Definition = "spatial positions" },
            new() { Name = "person", Definition = "people" },
            new() { Name = "plant", Definition = "plants" },
            new() { Name = "substance", Definition = "substances" },
        ],
    };

    /// <summary>The settings under which the answers are recorded: the client returns the log-probability of each label beside its answer.</summary>
    public static ChatLabelerOptions RecordedOptions { get; } = new()
    {
        Requests = new() { Chat = new() { ModelId = RecordedModel } },
        Probabilities = new TokenLogProbabilities { Reader = response => (IReadOnlyDictionary<string, double>?)response.RawRepresentation },
    };
}
