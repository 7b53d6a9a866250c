namespace Distillation.SmallData;

/// <summary>
/// Inputs with what is common to the data and without the rest: reconstructed from the first principal components of the originals (Pearson, 1901).
/// </summary>
/// <remarks>
/// <para><c>μ + V·Vᵀ·(x − μ)</c> for the mean μ and the first K components V, [D, K]. A simplified version of each input, the same each time.</para>
/// <para>
/// The components are computed once of all originals; the work grows with the cube of the smaller number of originals and features. It harms where the label is
/// in what varies little.
/// </para>
/// </remarks>
public sealed class PcaReconstruction : SampleTransform
{
    /// <summary>Gets how many components are kept.</summary>
    /// <value>Positive; all where there are fewer. The default value is <see langword="null"/>: as many as <see cref="VarianceShare"/> needs.</value>
    public int? Components { get; init => field = value is { } given ? Require.Positive(given, nameof(Components)) : null; }

    /// <summary>Gets what share of the originals' variance the components keep at least, where their number is not given.</summary>
    /// <value>In [0, 1]. The default value is 0.9.</value>
    public double VarianceShare { get; init => field = Require.InRange(value, 0, 1); } = 0.9;

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        Tensor mean = PrincipalComponents.Mean(originals);
        Tensor components = Components is { } count
            ? PrincipalComponents.First(originals, count)
            : originals.GetOrAdd((nameof(PcaReconstruction), VarianceShare), Enough);
        Tensor coordinates = RowArithmetic.Combine(inputs.flatten(1).to(torch.ScalarType.Float64) - mean, components.t());
        return mean.Add(RowArithmetic.Combine(coordinates, components)).to(inputs.dtype).view(inputs.shape);
    }

    private Tensor Enough(LabeledSamples originals)
    {
        Tensor all = PrincipalComponents.All(originals);
        double[] variances = PrincipalComponents.Coordinates(originals, (int)all.size(0)).Square().sum([0]).cpu().data<double>().ToArray();
        double missing = variances.Sum() * (1 - VarianceShare);

        // What is dropped from the end must not be more than may be missing.
        int kept = variances.Length;
        for (double dropped = 0; kept > 0 && (dropped += variances[kept - 1]) <= missing; kept--)
        {
        }

        return all.narrow(0, 0, kept).clone();
    }
}
