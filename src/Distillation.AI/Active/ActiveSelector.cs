namespace Distillation.AI;

/// <summary>Chooses the texts that an expensive teacher labels next.</summary>
public static class ActiveSelector
{
    /// <summary>Chooses texts that are not labeled yet.</summary>
    /// <param name="pool">What is known of the texts.</param>
    /// <param name="count">The number of texts; positive. Where fewer are left, all of them are chosen.</param>
    /// <param name="seed">Any number; the same one gives the same choice. It decides between equals, and random choices.</param>
    /// <param name="options">The strategy; defaults if not given.</param>
    /// <returns>The numbers of the chosen texts, the first choice first.</returns>
    /// <exception cref="ArgumentException">
    /// The pool does not have what the strategy needs, or its parts do not fit each other; no text is left; or the candidate factor has no meaning.
    /// </exception>
    public static IReadOnlyList<int> Select(ActivePool pool, int count, int seed, ActiveSelectorOptions? options = null)
    {
        options ??= new();
        Require.Positive(count);
        PoolCheck.Run(Require.Present(pool), options);
        var random = new SeededDraws(seed, "choice");
        HashSet<int> labeled = [.. pool.Labeled];
        int[] left = [.. random.Shuffled(pool.Count).Where(text => !labeled.Contains(text))];
        if (left.Length == 0)
        {
            throw new ArgumentException($"A text without a label must be left, but all {pool.Count} are labeled.", nameof(pool));
        }

        count = Math.Min(count, left.Length);
        return options.Strategy switch
        {
            ActiveStrategy.Random => left[..count],
            ActiveStrategy.KCenter => new EmbeddingCoverage(pool.Embeddings!, pool.Labeled, left).Farthest(count),
            ActiveStrategy.KMeansPlusPlus => new EmbeddingCoverage(pool.Embeddings!, pool.Labeled, left).Seeds(count, random),
            _ => ByRank(pool, left, count, options),
        };
    }

    // The order of equals is random, as that of the texts that are left is.
    private static int[] ByRank(ActivePool pool, int[] left, int count, ActiveSelectorOptions options)
    {
        Func<int, double> score = Informativeness.Of(pool, options.Strategy);
        int candidates = (int)Math.Min(left.Length, (long)count * options.CandidateFactor);
        int[] ranked = [.. left.Select(text => (Text: text, Score: score(text))).OrderByDescending(one => one.Score).Take(candidates).Select(one => one.Text)];
        return options.CandidateFactor == 1 ? ranked : new EmbeddingCoverage(pool.Embeddings!, pool.Labeled, ranked).Farthest(count);
    }
}
