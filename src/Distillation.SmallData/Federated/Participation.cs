namespace Distillation.SmallData;

/// <summary>Which clients take part in which round: a function of the seed and the round.</summary>
internal sealed class Participation(int clients, FederatedAveragingOptions options)
{
    /// <summary>The number of clients that have joined in a round or before.</summary>
    public int Joined(int round) => Present(round).Length;

    /// <summary>The clients of a round, ascending.</summary>
    public IReadOnlyList<int> Of(int round)
    {
        int[] present = Present(round);
        if (options.Privacy is not null)
        {
            return Poisson(present, round);
        }

        if (options.ClientShare == 1 || present.Length == 0)
        {
            return present;
        }

        int count = Math.Max(1, (int)Math.Round(options.ClientShare * present.Length));
        Random(round).Shuffle(present.AsSpan());
        return [.. present.Take(count).Order()];
    }

    // Each client with the probability of the share: what the accountant of privacy assumes.
    private int[] Poisson(int[] present, int round)
    {
        SplitMix64 random = Random(round);
        var drawn = new List<int>();
        foreach (int client in present)
        {
            if (random.NextUniform() < options.ClientShare)
            {
                drawn.Add(client);
            }
        }

        return [.. drawn];
    }

    private SplitMix64 Random(int round) => new(SplitMix64.Mix(SplitMix64.Mix(options.Seed, -1), (ulong)round));

    private int[] Present(int round) => [.. Enumerable.Range(0, clients).Where(client => options.FirstRounds.GetValueOrDefault(client) <= round)];
}
