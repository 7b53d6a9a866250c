namespace Distillation.SmallData;

/// <summary>Chooses samples that cover a class: each next one is the farthest from those chosen so far (k-center greedy; Sener and Savarese, 2018).</summary>
/// <remarks>
/// <para>
/// The largest distance of a sample to its nearest chosen one is at most twice the smallest that is possible (Gonzalez, 1985). The paper begins with the
/// samples that have labels already; here the first one is the nearest to the mean of the class. Distances are Euclidean.
/// </para>
/// <para>It finds what is unusual, wrong labels too: of few samples a class a random subset is often better.</para>
/// </remarks>
public sealed record KCenterGreedy : CoresetSelection
{
    /// <inheritdoc/>
    public override string Name => "k-center greedy";

    /// <inheritdoc/>
    protected override IReadOnlyList<int> Choose(Tensor features, int count)
    {
        Require.Present(features);
        using var scope = torch.NewDisposeScope();
        List<int> chosen = [(int)(features - features.mean([0])).Square().sum(1).argmin().item<long>()];
        Tensor nearest = (features - features[chosen[0]]).Square().sum(1);
        while (chosen.Count < count)
        {
            using var inner = torch.NewDisposeScope();

            // Copies of a chosen sample are at distance 0 too: without this, one could be chosen twice.
            nearest[chosen[^1]].fill_(KeptAliveScalar.Of(-1.0));
            int next = (int)nearest.argmax().item<long>();
            chosen.Add(next);
            nearest.copy_(torch.minimum(nearest, (features - features[next]).Square().sum(1)));
        }

        return chosen;
    }
}
