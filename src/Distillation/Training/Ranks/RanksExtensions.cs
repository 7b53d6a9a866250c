using Distillation.Training;

namespace Distillation;

/// <summary>Work that ranks share, where no piece needs another one.</summary>
public static class RanksExtensions
{
    /// <summary>Shares numbered pieces of work: rank r does those whose number is r modulo the number of ranks. All ranks receive all results.</summary>
    /// <param name="ranks">The ranks. Each of them calls this method, with the same number of pieces.</param>
    /// <param name="count">How many pieces there are; zero or positive.</param>
    /// <param name="work">Does the pieces of the given numbers, and returns a result for each, in this order. It calls no member of the ranks.</param>
    /// <returns>The results of all pieces, in the order of their numbers, on every rank.</returns>
    /// <exception cref="InvalidOperationException">The function returned another number of results.</exception>
    /// <exception cref="RankFailedException">The function failed on another rank. The one on which it failed throws its exception.</exception>
    public static IReadOnlyList<byte[]> Share(this IRanks ranks, int count, Func<IReadOnlyList<int>, IReadOnlyList<byte[]>> work)
    {
        Require.Present(ranks);
        Require.NotNegative(count);
        Require.Present(work);
        return RankGroup.Of(ranks) is { } group ? group.Share(count, Checked) : Checked([.. Enumerable.Range(0, count)]);

        IReadOnlyList<byte[]> Checked(IReadOnlyList<int> numbers)
        {
            IReadOnlyList<byte[]> results = work(numbers);
            return results is not null && results.Count == numbers.Count && results.All(result => result is not null)
                ? results
                : throw new InvalidOperationException($"The work must return a result for each of {numbers.Count} pieces, but returned {results?.Count ?? 0}.");
        }
    }
}
