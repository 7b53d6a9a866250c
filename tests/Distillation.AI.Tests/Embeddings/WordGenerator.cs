using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

/// <summary>An embedding generator in the process: of each text the numbers of some words. It records the batches that it gets.</summary>
internal sealed class WordGenerator(string? model = "words-1", string? failAt = null, params string[] words) : IEmbeddingGenerator<string, Embedding<float>>
{
    public ConcurrentQueue<string[]> Batches { get; } = new();

    public ConcurrentQueue<EmbeddingGenerationOptions?> Options { get; } = new();

    public static float[] Embed(string text, params string[] words) =>
        [.. words.Select(word => (float)text.Split(' ').Count(one => one == word)), text.Length / 100f];

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        cancellationToken.ThrowIfCancellationRequested();
        if (failAt is not null && texts.Contains(failAt))
        {
            throw new HttpRequestException("too many requests");
        }

        Batches.Enqueue(texts);
        Options.Enqueue(options);
        return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(Embed(text, words)))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", defaultModelId: model) : null;

    public void Dispose()
    {
    }
}
