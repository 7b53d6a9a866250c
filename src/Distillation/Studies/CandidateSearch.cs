namespace Distillation.Studies;

/// <summary>Chooses among candidates by successive halving (Jamieson and Talwalkar, 2016): many with few epochs, the best of them with more.</summary>
internal sealed class CandidateSearch(int candidates, StudyOptions options, Metric metric)
{
    /// <summary>Gets the number of trainings of a complete search.</summary>
    public int Trainings => Rounds().Sum(round => round.Candidates) * options.SearchSeeds;

    /// <summary>Runs the search.</summary>
    /// <param name="attempt">Trains candidates with a share of the epochs, and returns the value of each; nothing of one that was not trained.</param>
    public SearchResult Run(Func<IReadOnlyList<int>, double, IReadOnlyList<double?>> attempt)
    {
        var values = new double[candidates];
        var budgets = new double[candidates];
        Array.Fill(values, double.NaN);
        bool isComplete = true;
        foreach ((int count, double budget) in Rounds())
        {
            int[] left = [.. Ranked(values, budgets).Take(count)];
            foreach ((int candidate, double? value) in left.Zip(attempt(left, budget)))
            {
                (values[candidate], budgets[candidate]) = value is { } known ? (known, budget) : (values[candidate], budgets[candidate]);
                isComplete &= value is not null;
            }

            if (!isComplete)
            {
                break;
            }
        }

        return new(Ranked(values, budgets).First(), values, budgets, isComplete);
    }

    /// <summary>Compares two values: negative where the first is better. What is not a number is the worst.</summary>
    public int Compare(double one, double other) => metric.IsBetter(one, other) ? -1 : metric.IsBetter(other, one) ? 1 : 0;

    // Those with more epochs are ahead, for they were chosen by fewer.
    private IEnumerable<int> Ranked(double[] values, double[] budgets) => Enumerable.Range(0, candidates)
        .OrderByDescending(candidate => budgets[candidate])
        .ThenBy(candidate => values[candidate], Comparer<double>.Create(Compare));

    private IEnumerable<(int Candidates, double Budget)> Rounds()
    {
        int divisor = options.Halving ?? candidates;
        int[] counts = [.. Counts(divisor)];
        return counts.Select((count, round) => (count, options.Halving is null ? 1 : Math.Pow(divisor, round - counts.Length)));
    }

    private IEnumerable<int> Counts(int divisor)
    {
        for (int count = candidates; count > 1; count = ((count - 1) / divisor) + 1)
        {
            yield return count;
        }
    }
}
