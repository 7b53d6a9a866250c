namespace Distillation.Checkpoints;

/// <summary>Compares what a run is with what the run of a checkpoint was.</summary>
internal static class RunIdentity
{
    /// <exception cref="InvalidOperationException">They differ; the message has where.</exception>
    public static void RequireSame(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> present, string path)
    {
        string differences = Differences(saved, present, absent: "none");
        if (differences.Length > 0)
        {
            throw new InvalidOperationException($"The checkpoint '{path}' is of another run: {differences}. Run as it was, or use another directory.");
        }
    }

    /// <summary>Lists where two descriptions differ; empty where they are alike.</summary>
    public static string Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> present, string absent) => string.Join(
        "; ",
        saved.Keys.Union(present.Keys).Order(StringComparer.Ordinal)
            .Where(name => saved.GetValueOrDefault(name) != present.GetValueOrDefault(name))
            .Select(name => $"{name} was {saved.GetValueOrDefault(name, absent)}, and is {present.GetValueOrDefault(name, absent)}"));
}
