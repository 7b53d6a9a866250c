using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

/// <summary>A chat client that gives the same answer, in pieces where it is a stream, and records what it was sent.</summary>
internal sealed class RecordingChatClient(params string[] pieces) : IChatClient
{
    private readonly Exception? _failure;

    public RecordingChatClient(Exception failure)
        : this("never") => _failure = failure;

    public ConcurrentQueue<IReadOnlyList<ChatMessage>> Requests { get; } = new();

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Record(messages);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, string.Concat(pieces))) { ModelId = "large" });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Record(messages);
        foreach (string piece in pieces)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private void Record(IEnumerable<ChatMessage> messages)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        Requests.Enqueue([.. messages]);
    }
}
