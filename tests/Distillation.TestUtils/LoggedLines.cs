using Microsoft.Extensions.Logging;

namespace Distillation.Tests;

/// <summary>A logger that keeps the id and the text of each entry.</summary>
/// <typeparam name="T">The category.</typeparam>
public sealed class LoggedLines<T> : List<(int Id, string Text)>, ILogger<T>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add((eventId.Id, formatter(state, exception)));
}
