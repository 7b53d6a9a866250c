using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Tests.Checkpoints;

/// <summary>Keeps the numbers of what is logged.</summary>
internal sealed class CollectingLog : ILogger<DistillationTrainer>
{
    private readonly List<int> _ids = [];

    public IReadOnlyList<int> Ids
    {
        get
        {
            lock (_ids)
            {
                return [.. _ids];
            }
        }
    }

    public IDisposable BeginScope<TState>(TState state)
        where TState : notnull => NullLogger.Instance.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_ids)
        {
            _ids.Add(eventId.Id);
        }
    }
}
