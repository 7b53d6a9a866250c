using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>A request that is ready to be sent: all texts in it are redacted.</summary>
internal sealed record ChatRequest
{
    public required string Key { get; init; }

    public required string Model { get; init; }

    public required string Text { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public required ChatOptions Options { get; init; }

    /// <summary>Reads an answer.</summary>
    public required Func<ChatResponse, ParsedAnswer> Parse { get; init; }

    /// <summary>What the user's next message is after a malformed answer.</summary>
    public required string Reminder { get; init; }
}
