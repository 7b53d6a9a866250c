using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Distillation.Training;

/// <summary>Returns the batches of a pass one after the other: read when they are needed, or ahead of that by a thread of its own.</summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly Func<long, Batch> _read;
    private readonly BlockingCollection<Prefetched>? _ahead;
    private readonly CancellationTokenSource _end = new();
    private readonly Thread? _reader;
    private long _next;

    /// <summary>Opens a feed.</summary>
    /// <param name="read">Reads the batch of a step, into the current dispose scope.</param>
    /// <param name="steps">How many batches there are.</param>
    /// <param name="prefetch">How many batches may wait; 0 for none, and no thread.</param>
    public BatchFeed(Func<long, Batch> read, long steps, int prefetch)
    {
        _read = read;
        if (prefetch > 0)
        {
            _ahead = new(prefetch);
            _reader = new Thread(() => ReadAhead(steps)) { IsBackground = true, Name = "Distillation prefetch" };
            _reader.Start();
        }
    }

    /// <summary>Returns the next batch, in the current dispose scope.</summary>
    public Batch Next()
    {
        if (_ahead is null)
        {
            return _read(_next++);
        }

        Prefetched prefetched = _ahead.Take();
        prefetched.Failure?.Throw();
        torch.CurrentDisposeScope?.Attach(prefetched.Owned);
        return prefetched.Batch!;
    }

    /// <summary>Ends the thread, after what it is just reading, and releases the batches that were not taken.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _reader?.Join();
        while (_ahead is not null && _ahead.TryTake(out Prefetched? left))
        {
            left.Release();
        }

        _ahead?.Dispose();
        _end.Dispose();
    }

    private void ReadAhead(long steps)
    {
        bool failed = false;
        for (long step = 0; step < steps && !failed && !_end.IsCancellationRequested; step++)
        {
            Prefetched prefetched = Read(step);
            failed = prefetched.Failure is not null;
            try
            {
                _ahead!.Add(prefetched, _end.Token);
            }
            catch (OperationCanceledException)
            {
                prefetched.Release();
            }
        }
    }

    // Dispose scopes belong to a thread: what the reading made leaves this one's, to join the scope in which the batch is taken.
    private Prefetched Read(long step)
    {
        using var scope = torch.NewDisposeScope();
        try
        {
            Batch batch = _read(step);
            IReadOnlyList<IDisposable> owned = scope.DisposablesView;
            scope.Detach(owned);
            return new(batch, owned, Failure: null);
        }
#pragma warning disable CA1031 // Whatever it is, the thread that trains throws it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new(Batch: null, [], ExceptionDispatchInfo.Capture(exception));
        }
    }

    private sealed record Prefetched(Batch? Batch, IReadOnlyList<IDisposable> Owned, ExceptionDispatchInfo? Failure)
    {
        public void Release()
        {
            foreach (IDisposable owned in Owned)
            {
                owned.Dispose();
            }
        }
    }
}
