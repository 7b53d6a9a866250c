namespace Distillation.AI;

/// <summary>Checks that a pool has what a strategy needs.</summary>
internal static class PoolCheck
{
    public static void Run(ActivePool pool, ActiveSelectorOptions options)
    {
        if (options.CandidateFactor > 1 && !options.RanksPredictions)
        {
            throw new ArgumentException(
                $"{nameof(options.CandidateFactor)} must be 1 for {options.Strategy}, which does not rank texts, but is {options.CandidateFactor}.",
                nameof(options));
        }

        foreach (int text in pool.Labeled)
        {
            Require.InRange(text, 0, pool.Count - 1, nameof(pool.Labeled));
        }

        if (options.Strategy is ActiveStrategy.Entropy or ActiveStrategy.Margin)
        {
            Rows(pool.Probabilities, pool.Count, nameof(pool.Probabilities), options, nameof(pool));
        }

        if (options.Strategy is ActiveStrategy.VoteEntropy or ActiveStrategy.Disagreement)
        {
            Committee(pool, options);
        }

        if (options.CandidateFactor > 1 || options.Strategy is ActiveStrategy.KCenter or ActiveStrategy.KMeansPlusPlus)
        {
            Rows(pool.Embeddings, pool.Count, nameof(pool.Embeddings), options, nameof(pool));
        }
    }

    private static void Committee(ActivePool pool, ActiveSelectorOptions options)
    {
        if (pool.Committee is not { Count: >= 2 } committee)
        {
            throw new ArgumentException(
                $"{options.Strategy} needs the predictions of at least two models in {nameof(pool.Committee)}, but there are {pool.Committee?.Count ?? 0}.",
                nameof(pool));
        }

        foreach (IReadOnlyList<IReadOnlyList<double>> member in committee)
        {
            Rows(member, pool.Count, nameof(pool.Committee), options, nameof(pool));
            if (member[0].Count != committee[0][0].Count)
            {
                throw new ArgumentException(
                    $"All models must have probabilities of the same labels, but one has {member[0].Count}, another {committee[0][0].Count}.", nameof(pool));
            }
        }
    }

    private static void Rows<T>(IReadOnlyList<IReadOnlyList<T>>? rows, int count, string name, ActiveSelectorOptions options, string argument)
    {
        if (rows is null || rows.Count != count)
        {
            throw new ArgumentException($"{options.Name} needs {name} of each of the {count} texts, but there are {rows?.Count ?? 0}.", argument);
        }

        int size = rows[0].Count;
        int wrong = Enumerable.Range(0, count).FirstOrDefault(text => rows[text].Count != size || size == 0, -1);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"All {name} must have the {size} numbers of the first, at least one, but text {wrong} has {rows[wrong].Count}.", argument);
        }
    }
}
