using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Several generators, of which each sample takes one at random.</summary>
/// <remarks>
/// Samples of a generator without originals, such as <see cref="UnlabeledPool"/>, have known labels of zeros among those of others: no label.
/// </remarks>
public sealed class RandomChoice : ISampleGenerator
{
    private readonly ISampleGenerator[] _generators;
    private readonly double[] _thresholds;

    /// <summary>Creates a mixture of generators, each as likely as the others.</summary>
    /// <param name="generators">At least one.</param>
    public RandomChoice(params IReadOnlyList<ISampleGenerator> generators)
        : this([.. Require.Present(generators).Select(generator => (generator, 1.0))])
    {
    }

    /// <summary>Creates a mixture of generators.</summary>
    /// <param name="weighted">At least one, each with how likely it is, in any measure; positive.</param>
    public RandomChoice(IReadOnlyList<(ISampleGenerator Generator, double Weight)> weighted)
    {
        Require.Positive(Require.Present(weighted).Count, nameof(weighted));
        _generators = [.. weighted.Select(one => Require.Present(one.Generator, nameof(weighted)))];
        double sum = weighted.Sum(one => Require.Positive(one.Weight, nameof(weighted)));
        double below = 0;
        _thresholds = [.. weighted.Select(one => below += one.Weight / sum)];
    }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(parents);
        double[] draws = Require.Present(random).Uniform(1, torch.ScalarType.Float64).cpu().data<double>().ToArray();
        long[][] members =
            [.. _generators.Select((_, kind) => Enumerable.Range(0, draws.Length).Where(row => KindOf(draws[row]) == kind).Select(row => (long)row).ToArray())];
        SampleRandom branch = random.Branch();
        var parts = new List<(Tensor Rows, GeneratedSamples Samples)>();
        for (int kind = 0; kind < _generators.Length; kind++)
        {
            if (members[kind].Length > 0)
            {
                Tensor rows = torch.tensor(members[kind], device: parents.device);
                parts.Add((rows, _generators[kind].Generate(originals, parents.index_select(0, rows), branch.Of(members[kind]))));
            }
        }

        // Of those with fewer parents, the missing ones have no share. There is room for one at least: whether labels are known must not depend on the batch.
        long most = Math.Max(1, parts.Max(part => part.Samples.Parents.size(1)));
        Tensor back = torch.cat([.. parts.Select(part => part.Rows)]).argsort();
        return new GeneratedSamples(
            torch.cat([.. parts.Select(part => part.Samples.Inputs)]).index_select(0, back),
            torch.cat([.. parts.Select(part => functional.pad(part.Samples.Parents, [0, most - part.Samples.Parents.size(1)]))]).index_select(0, back),
            torch.cat([.. parts.Select(part => functional.pad(part.Samples.Shares, [0, most - part.Samples.Shares.size(1)]))]).index_select(0, back));
    }

    private int KindOf(double draw)
    {
        int kind = Array.FindIndex(_thresholds, threshold => draw < threshold);
        return kind < 0 ? _generators.Length - 1 : kind;
    }
}
