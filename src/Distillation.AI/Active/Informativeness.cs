namespace Distillation.AI;

/// <summary>How much the label of a text is expected to add, by predictions: a higher number is more.</summary>
internal static class Informativeness
{
    public static Func<int, double> Of(ActivePool pool, ActiveStrategy strategy) => strategy switch
    {
        ActiveStrategy.Entropy => text => Entropy(pool.Probabilities![text]),
        ActiveStrategy.Margin => text => -Margin(pool.Probabilities![text]),
        ActiveStrategy.VoteEntropy => text => VoteEntropy([.. pool.Committee!.Select(member => member[text])]),
        ActiveStrategy.Disagreement => text => Disagreement([.. pool.Committee!.Select(member => member[text])]),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, $"{strategy} does not rank texts by predictions."),
    };

    /// <summary>Returns −Σ p log p in nats.</summary>
    public static double Entropy(IReadOnlyList<double> probabilities) => -probabilities.Where(one => one > 0).Sum(one => one * Math.Log(one));

    /// <summary>Returns the difference of the two highest probabilities.</summary>
    public static double Margin(IReadOnlyList<double> probabilities)
    {
        double[] highest = [.. probabilities.OrderDescending().Take(2)];
        return highest.Length == 2 ? highest[0] - highest[1] : highest[0];
    }

    /// <summary>Returns the entropy of the shares of votes, in nats.</summary>
    public static double VoteEntropy(IReadOnlyList<IReadOnlyList<double>> predictions)
    {
        double[] votes = new double[predictions[0].Count];
        foreach (IReadOnlyList<double> one in predictions)
        {
            votes[Enumerable.Range(0, one.Count).MaxBy(label => one[label])] += 1.0 / predictions.Count;
        }

        return Entropy(votes);
    }

    /// <summary>Returns the entropy of the mean prediction minus the mean of the entropies, in nats.</summary>
    public static double Disagreement(IReadOnlyList<IReadOnlyList<double>> predictions)
    {
        double[] mean = [.. Enumerable.Range(0, predictions[0].Count).Select(label => predictions.Average(one => one[label]))];
        return Entropy(mean) - predictions.Average(Entropy);
    }
}
