namespace Distillation.AI.Tests;

/// <summary>
/// A clock without waiting: timers whose delay is a wait between retries fire at once and are written down; those of a timeout fire by a call of the test.
/// </summary>
internal sealed class ManualTime(TimeSpan timeout) : TimeProvider
{
    private readonly TimeSpan _timeout = timeout;
    private readonly Lock _lock = new();
    private readonly List<Timer> _timeouts = [];

    public List<TimeSpan> Delays { get; } = [];

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Fires the timeouts that are set.</summary>
    public void TimeOut()
    {
        Timer[] fired;
        lock (_lock)
        {
            fired = [.. _timeouts];
            _timeouts.Clear();
        }

        Array.ForEach(fired, timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                return true;
            }

            lock (time._lock)
            {
                (dueTime == time._timeout ? time._timeouts : null)?.Add(this);
                if (dueTime != time._timeout)
                {
                    time.Delays.Add(dueTime);
                }
            }

            if (dueTime != time._timeout)
            {
                ThreadPool.QueueUserWorkItem(_ => Fire());
            }

            return true;
        }

        public void Fire()
        {
            if (!_disposed)
            {
                callback(state);
            }
        }

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
