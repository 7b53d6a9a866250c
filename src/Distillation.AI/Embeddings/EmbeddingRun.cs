using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>The embedding of different texts, once.</summary>
internal sealed class EmbeddingRun
{
    private readonly Lock _lock = new();
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly EmbeddingOptions _options;
    private readonly IReadOnlyList<string> _texts;
    private readonly IProgress<double>? _progress;
    private readonly string? _key;
    private readonly ConcurrentDictionary<string, float[]> _found = new(StringComparer.Ordinal);
    private int _dimension;

    public EmbeddingRun(
        IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingOptions options, IReadOnlyList<string> texts, IProgress<double>? progress)
    {
        _generator = generator;
        _options = options;
        _texts = texts;
        _progress = progress;
        string? model = options.Model ?? (generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId;
        if (options.Cache is not null && string.IsNullOrWhiteSpace(model))
        {
            throw new ArgumentException(
                $"The cache needs the name of the model, which the generator does not give: set {nameof(EmbeddingOptions)}.{nameof(options.Model)}.",
                nameof(options));
        }

        _key = FormattableString.Invariant($"{model}\n{options.Dimensions}");
    }

    public async Task<IReadOnlyDictionary<string, float[]>> CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (string text in _texts)
        {
            if (_options.Cache?.Find(_key!, text) is { } known)
            {
                Keep(text, known);
            }
        }

        string[][] batches = [.. _texts.Where(text => !_found.ContainsKey(text)).Chunk(_options.BatchSize)];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(batches, parallel, EmbedAsync).ConfigureAwait(false);
        return _found;
    }

    private async ValueTask EmbedAsync(string[] batch, CancellationToken cancellationToken)
    {
        EmbeddingGenerationOptions? request = _options.Model is null && _options.Dimensions is null
            ? null
            : new() { ModelId = _options.Model, Dimensions = _options.Dimensions };
        GeneratedEmbeddings<Embedding<float>> answer = await _generator.GenerateAsync(batch, request, cancellationToken).ConfigureAwait(false);
        if (answer.Count != batch.Length)
        {
            throw new InvalidOperationException($"The generator must give one embedding for each of {batch.Length} texts, but gave {answer.Count}.");
        }

        // All or none of an answer that is wrong in part: which of its texts are meant cannot be known.
        float[][] rows = [.. answer.Select((embedding, place) => Checked(embedding, batch[place]))];
        foreach ((string text, float[] row) in batch.Zip(rows))
        {
            Keep(text, row);
            _options.Cache?.Add(_key!, text, row);
        }

        lock (_lock)
        {
            _progress?.Report((double)_found.Count / _texts.Count);
        }
    }

    private static float[] Checked(Embedding<float> embedding, string text)
    {
        float[] row = embedding.Vector.ToArray();
        return row.Length > 0 && Array.TrueForAll(row, float.IsFinite)
            ? row
            : throw new InvalidOperationException(
                $"An embedding must have finite numbers, at least one, but that of '{TextEmbeddings.Brief(text)}' is empty, or has NaN or an infinity.");
    }

    private void Keep(string text, float[] row)
    {
        int first = Interlocked.CompareExchange(ref _dimension, row.Length, 0);
        if (first != 0 && first != row.Length)
        {
            throw new InvalidOperationException(
                $"All embeddings must have the {first} numbers of the first, but that of '{TextEmbeddings.Brief(text)}' has {row.Length}.");
        }

        _found[text] = row;
    }
}
