namespace Distillation.Testing;

/// <summary>A check that failed.</summary>
public sealed record CheckFailure
{
    /// <summary>Gets the name of the check.</summary>
    /// <value>Never empty.</value>
    public required string Check { get; init; }

    /// <summary>Gets what was expected and what came, with numbers.</summary>
    /// <value>Never empty.</value>
    public required string Message { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Check}: {Message}";
}
