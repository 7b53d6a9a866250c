using System.Globalization;

namespace Distillation.SmallData;

/// <summary>How near shared samples are to the originals that they must not give away, against samples that have nothing to do with these.</summary>
/// <remarks>
/// Distances are Euclidean, of inputs as vectors, from each sample to its nearest original. Held-out samples of the same kind show how near a sample comes by
/// chance. Shared samples that are nearer than that are surrogates of originals. Distances that are as large are no proof of privacy: an input can resemble
/// another one in ways that this distance does not measure.
/// </remarks>
public sealed record SurrogateDistance
{
    /// <summary>Gets the median distance from a shared sample to its nearest original.</summary>
    public required double Shared { get; init; }

    /// <summary>Gets the median distance from a held-out sample to its nearest original.</summary>
    public required double HeldOut { get; init; }

    /// <summary>Gets the share of shared samples that are nearer to an original than 95 % of the held-out samples are.</summary>
    /// <value>In [0, 1]; about 0.05 for samples that have nothing to do with the originals.</value>
    public required double ShareOfSurrogates { get; init; }

    /// <summary>Measures shared samples.</summary>
    /// <param name="shared">The samples that are shared.</param>
    /// <param name="originals">The originals that must not be given away.</param>
    /// <param name="heldOut">Samples of the same kind from which nothing was made.</param>
    /// <returns>The measurement.</returns>
    /// <exception cref="ArgumentException">Inputs differ in shape, or are not of a floating type.</exception>
    public static SurrogateDistance Measure(IDataSource shared, IDataSource originals, IDataSource heldOut)
    {
        Require.Present(shared);
        Require.Present(originals);
        Require.Present(heldOut);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor known = Rows(originals);
        double[] near = Distances(Rows(shared), known, nameof(shared));
        double[] chance = Distances(Rows(heldOut), known, nameof(heldOut));
        double limit = chance[(int)(0.05 * chance.Length)];
        return new()
        {
            Shared = near[near.Length / 2],
            HeldOut = chance[chance.Length / 2],
            ShareOfSurrogates = (double)near.Count(distance => distance < limit) / near.Length,
        };
    }

    /// <summary>Describes the measurement.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"median distance to the nearest original: shared {Shared:G4}, held-out {HeldOut:G4}; "
        + $"{100 * ShareOfSurrogates:G4} % of the shared samples are nearer than 95 % of the held-out ones");

    private static Tensor Rows(IDataSource source)
    {
        using var samples = new LabeledSamples(new Unlabeled(source));
        return samples.Inputs.flatten(1).to(torch.ScalarType.Float64, copy: true);
    }

    // Ascending.
    private static double[] Distances(Tensor rows, Tensor known, string argument)
    {
        if (rows.size(1) != known.size(1))
        {
            throw new ArgumentException($"Inputs must have the {known.size(1)} values of the originals, but have {rows.size(1)}.", argument);
        }

        return [.. torch.cdist(rows, known).amin([1]).cpu().data<double>().ToArray().Order()];
    }

    // Inputs alone: labels of pools are probabilities, those of originals class ids.
    private sealed class Unlabeled(IDataSource source) : IDataSource
    {
        public long Count => source.Count;

        public IReadOnlyList<int>? Lengths => source.Lengths;

        public Batch Read(Tensor indices) => new(source.Read(indices).Inputs, null, indices);
    }
}
