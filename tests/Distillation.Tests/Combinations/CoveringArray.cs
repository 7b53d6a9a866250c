namespace Distillation.Tests.Combinations;

/// <summary>
/// Rows of choices in which every pair of values of two factors occurs: far fewer than all combinations, and the faults of two options that do not go together
/// are in them.
/// </summary>
internal static class CoveringArray
{
    private const int Candidates = 40;

    /// <summary>Builds the rows greedily: of some random rows that begin with an uncovered pair, the one that covers most.</summary>
    /// <param name="levels">How many values each factor has.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>Rows with a value for each factor.</returns>
    public static List<int[]> Of(IReadOnlyList<int> levels, int seed)
    {
        var random = new Random(seed);
        HashSet<(int First, int FirstValue, int Second, int SecondValue)> uncovered =
        [
            .. from first in Enumerable.Range(0, levels.Count)
               from second in Enumerable.Range(first + 1, levels.Count - first - 1)
               from firstValue in Enumerable.Range(0, levels[first])
               from secondValue in Enumerable.Range(0, levels[second])
               select (first, firstValue, second, secondValue),
        ];
        var rows = new List<int[]>();
        while (uncovered.Count > 0)
        {
            var pair = uncovered.Min();
            int[] best = Enumerable.Range(0, Candidates).Select(_ => Candidate(levels, pair, random)).MaxBy(row => Pairs(row).Count(uncovered.Contains))!;
            uncovered.ExceptWith(Pairs(best));
            rows.Add(best);
        }

        return rows;
    }

    /// <summary>All pairs of a row.</summary>
    public static IEnumerable<(int First, int FirstValue, int Second, int SecondValue)> Pairs(int[] row) =>
        from first in Enumerable.Range(0, row.Length)
        from second in Enumerable.Range(first + 1, row.Length - first - 1)
        select (first, row[first], second, row[second]);

    private static int[] Candidate(IReadOnlyList<int> levels, (int First, int FirstValue, int Second, int SecondValue) pair, Random random)
    {
        int[] row = [.. levels.Select(count => random.Next(count))];
        (row[pair.First], row[pair.Second]) = (pair.FirstValue, pair.SecondValue);
        return row;
    }
}
