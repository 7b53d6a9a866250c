using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

/// <summary>A chat client that answers by a function of the messages, and remembers what it was given.</summary>
internal sealed class ScriptedClient(Func<IReadOnlyList<ChatMessage>, int, string> answer) : IChatClient
{
    private readonly Lock _lock = new();
    private int _calls;

    public string Model { get; init; } = "model-1";

    public UsageDetails? Usage { get; init; } = new() { InputTokenCount = 100, OutputTokenCount = 10, CachedInputTokenCount = 40, ReasoningTokenCount = 3 };

    public Func<int, CancellationToken, Task>? Before { get; init; }

    public List<IReadOnlyList<ChatMessage>> Sent { get; } = [];

    public List<ChatOptions> Options { get; } = [];

    /// <summary>A client that answers each text with a label in the required form.</summary>
    public static ScriptedClient Labeling(Func<string, string> label) => new((messages, _) => Label(label(messages[^1].Text)));

    public static string Label(string label) => $$"""{"label": "{{label}}"}""";

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] given = [.. messages];
        int call;
        lock (_lock)
        {
            call = _calls++;
            Sent.Add(given);
            Options.Add(options!);
        }

        if (Before is not null)
        {
            await Before(call, cancellationToken);
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(given, call))) { Usage = Usage };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", null, Model) : null;

    public void Dispose()
    {
    }
}
