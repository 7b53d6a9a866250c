using Distillation.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Distillation.Checkpoints;

/// <summary>Writes one checkpoint at a time, while the run goes on.</summary>
/// <remarks>
/// A checkpoint that cannot be written (a full disk) does not end the run, which may well succeed with a later one: it is logged, and thrown by
/// <see cref="Finish"/> if it was the last.
/// </remarks>
internal sealed class CheckpointWriter(CheckpointDirectory directory, ILogger logger) : IDisposable
{
    private Task<Exception?> _writing = Task.FromResult<Exception?>(null);

    /// <summary>Begins to write, after what is being written; disposes the checkpoint when it is done.</summary>
    public void Begin(Checkpoint checkpoint)
    {
        _writing.Wait();
        _writing = Task.Run(() => Save(checkpoint));
    }

    /// <summary>Waits until the last one is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Finish()
    {
        if ((_writing.GetAwaiter().GetResult() ?? Try(directory.Flush)) is { } failure)
        {
            throw new IOException($"The last checkpoint could not be written: {failure.Message}", failure);
        }
    }

    public void Dispose() => _writing.Wait();

    private Exception? Save(Checkpoint checkpoint)
    {
        using (checkpoint)
        {
            Exception? failure = Try(() => directory.Save(checkpoint));
            if (failure is not null)
            {
                Log.CheckpointFailed(logger, checkpoint.Step, failure.Message);
            }

            return failure;
        }
    }

    private static Exception? Try(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure;
        }
    }
}
