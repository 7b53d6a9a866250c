using Microsoft.Win32.SafeHandles;

namespace Distillation.Checkpoints;

/// <summary>What a run needs to go on, between two updates: copies, so that the run can go on while they are written.</summary>
internal sealed class Checkpoint : IDisposable
{
    /// <summary>Gets the number of completed updates.</summary>
    public required long Step { get; init; }

    /// <summary>Gets what the run is, in words by name.</summary>
    public required IReadOnlyDictionary<string, string> Identity { get; init; }

    /// <summary>Gets what the bits depend on beside the run, in words by name.</summary>
    public required IReadOnlyDictionary<string, string> Conditions { get; init; }

    /// <summary>Gets what writes all numbers to a file: nothing of them changes after the copies were made.</summary>
    public required Action<SafeFileHandle> WriteNumbers { get; init; }

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
