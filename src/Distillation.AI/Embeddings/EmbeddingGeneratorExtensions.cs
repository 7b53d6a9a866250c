using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Embeds data sets of texts.</summary>
public static class EmbeddingGeneratorExtensions
{
    /// <summary>Embeds texts in batches, several at a time. Each text is sent once, and not at all if it is in the cache.</summary>
    /// <remarks>Where a request fails or the work is canceled, the embeddings that have arrived are in the cache: the next call continues.</remarks>
    /// <param name="generator">The generator, which must allow as many requests at a time as the options have.</param>
    /// <param name="texts">The texts, at least one, with letters each.</param>
    /// <param name="options">Cache, model, and sizes; defaults if not given.</param>
    /// <param name="progress">Receives the share of the different texts that are embedded, in [0, 1], after each request.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The embedding of each text, in their order.</returns>
    /// <exception cref="ArgumentException">A text has no letters, or there is a cache and the name of the model is not known.</exception>
    /// <exception cref="InvalidOperationException">The generator's answer does not have one finite embedding of one length for each text.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    public static async Task<TextEmbeddings> EmbedAsync(
        this IEmbeddingGenerator<string, Embedding<float>> generator,
        IReadOnlyList<string> texts,
        EmbeddingOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(generator);
        Require.Positive(Require.Present(texts).Count, nameof(texts));
        string[] all = [.. texts.Select(text => Require.Text(text, nameof(texts)))];
        var run = new EmbeddingRun(generator, options ?? new(), [.. all.Distinct(StringComparer.Ordinal)], progress);
        IReadOnlyDictionary<string, float[]> found = await run.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return new(all, [.. all.Select(text => found[text])]);
    }
}
