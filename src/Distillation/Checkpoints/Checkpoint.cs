namespace Distillation.Checkpoints;

/// <summary>What a run needs to go on, between two updates: copies, so that the run can go on while they are written.</summary>
internal sealed class Checkpoint : IDisposable
{
    /// <summary>Gets the number of completed updates.</summary>
    public required long Step { get; init; }

    /// <summary>Gets what the run is, in words by name.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>Gets all numbers: what JSON can keep, and nothing that changes.</summary>
    public required object Numbers { get; init; }

    /// <summary>Gets the tensors of each file.</summary>
    public required IReadOnlyDictionary<string, TensorCopies> Files { get; init; }

    public void Dispose()
    {
        foreach (TensorCopies file in Files.Values)
        {
            file.Dispose();
        }
    }
}
