namespace Distillation.SmallData;

/// <summary>
/// SMOTE (Chawla et al., 2002): a point between an original and one of its nearest neighbors of the same class, <c>a + λ·(b − a)</c>, λ evenly from [0, 1).
/// </summary>
/// <remarks>
/// <para>
/// With <see cref="AnyClass"/> it is mixup of neighbors: b may be of another class, and the label is mixed as the inputs are, (1 − λ) of a's and λ of b's.
/// </para>
/// <para>
/// Distances are Euclidean; of a table [M, D] each column counts in its own deviation (the paper does not scale), of images pixels count as they are. The
/// neighbors of all originals are found once, by chunks: in some twenty seconds for 10 000 small images.
/// </para>
/// <para>
/// It stays near the data, so it seldom harms; on small sets that were tried it gave nothing over the tuned baseline. It needs enough members of each class to
/// have near ones.
/// </para>
/// </remarks>
public sealed class Smote : ISampleGenerator
{
    /// <summary>Creates the generator.</summary>
    /// <param name="neighbors">
    /// How many nearest neighbors b is drawn from, k; positive. The default value is 5, the paper's. An original with fewer has those; one with none is
    /// repeated.
    /// </param>
    public Smote(int neighbors = 5) => Neighbors = Require.Positive(neighbors);

    /// <summary>Gets how many nearest neighbors there are to draw from.</summary>
    public int Neighbors { get; }

    /// <summary>Gets whether neighbors may be of another class. Then no labels are needed.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool AnyClass { get; init; }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(parents);
        Require.Present(random);
        Tensor nearest = SmallData.Neighbors.Of(originals, Neighbors, sameClass: !AnyClass);
        Tensor own = nearest.index_select(0, parents);
        Tensor known = own.Ge(0).sum(1, keepdim: true);
        Tensor place = (random.Uniform(1, torch.ScalarType.Float64) * known).floor_().to(torch.ScalarType.Int64);
        Tensor chosen = own.gather(1, place).squeeze(1);
        Tensor others = torch.where(chosen.Ge(0), chosen, parents);
        Tensor share = random.Uniform(1, originals.Inputs.dtype);

        Tensor first = originals.Inputs.index_select(0, parents);
        Tensor way = originals.Inputs.index_select(0, others).sub_(first);
        return new GeneratedSamples(
            first.AddInPlace(way.mul_(RowArithmetic.Wide(share, first))), torch.stack([parents, others], 1), torch.cat([share.RSub(1), share], 1));
    }
}
