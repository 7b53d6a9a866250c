using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Tests.Checkpoints;

/// <summary>Keeps what is logged.</summary>
internal sealed class CollectingLog : ILogger<DistillationTrainer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<(int Id, string Line)> _events = [];

    public IReadOnlyList<int> Ids => [.. Events.Select(one => one.Id)];

    public IReadOnlyList<string> Lines => [.. Events.Select(one => one.Line)];

    private (int Id, string Line)[] Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Waits until so many events of some kinds are logged.</summary>
    public void Await(int count, params int[] ids)
    {
        lock (_events)
        {
            while (_events.Count(one => ids.Contains(one.Id)) < count)
            {
                Monitor.Wait(_events, Patience).Should().BeTrue($"{count} events of [{string.Join(", ", ids)}] must come");
            }
        }
    }

    public IDisposable BeginScope<TState>(TState state)
        where TState : notnull => NullLogger.Instance.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_events)
        {
            _events.Add((eventId.Id, formatter(state, exception)));
            Monitor.PulseAll(_events);
        }
    }
}
