namespace Distillation.SmallData;

/// <summary>
/// MUNGE (Bucila, Caruana and Niculescu-Mizil, 2006): each attribute takes, with probability p, the nearest neighbor's value with a little noise.
/// </summary>
/// <remarks>
/// <para>
/// With the original's value a and its nearest neighbor's b: <c>b + N(0, |a − b|/s)</c> with probability p, or a. A nominal attribute takes b as it is. The
/// neighbor may be of any class, and a known label is mixed in the shares of attributes; the paper leaves labels to the teacher.
/// </para>
/// <para>
/// Distances: columns of a table count in their own deviation (the paper scales them to [0, 1]), a nominal one counts 1 where the values differ. The paper
/// swaps both ways, going through a copy of the data in order; here each sample is made of the originals alone, so that it does not depend on others.
/// </para>
/// <para>Made for tables. On raw pixels it harms: pixels of two images next to each other are no image.</para>
/// </remarks>
public sealed class Munge : ISampleGenerator
{
    /// <summary>Creates the generator.</summary>
    /// <param name="probability">With what probability an attribute is the neighbor's, p; in [0, 1]. The default value is 0.1.</param>
    public Munge(double probability = 0.1) => Probability = Require.InRange(probability, 0, 1);

    /// <summary>Gets with what probability an attribute is the neighbor's.</summary>
    public double Probability { get; }

    /// <summary>Gets by what the distance of the two values is divided to be the deviation of the noise, s.</summary>
    /// <value>Positive. The default value is 10: little noise.</value>
    public double Closeness { get; init => field = Require.Positive(value); } = 10;

    /// <summary>
    /// Gets what the columns of a table are. Nominal ones are swapped without noise; integer ones are taken as continuous, and rounded by
    /// <see cref="TableColumns"/>. A name whose code fills several columns would be swapped bit by bit: give it one column.
    /// </summary>
    /// <value>One for each column. The default value is <see langword="null"/>: all are continuous.</value>
    public IReadOnlyList<ColumnKind>? Kinds { get; init => field = value is null ? null : ColumnKinds.Checked(value, nameof(Kinds)); }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(parents);
        Require.Present(random);
        if (Kinds is { } kinds)
        {
            ColumnKinds.RequireTable(kinds, originals, nameof(Munge));
        }

        Tensor nearest = Neighbors.Of(originals, 1, sameClass: false, Kinds).select(1, 0).index_select(0, parents);
        Tensor others = torch.where(nearest.Ge(0), nearest, parents);
        Tensor own = originals.Inputs.index_select(0, parents);
        Tensor values = own.flatten(1);
        Tensor theirs = originals.Inputs.index_select(0, others).flatten(1);
        long attributes = values.size(1);
        Tensor taken = random.Uniform(attributes, torch.ScalarType.Float64).Lt(Probability);
        Tensor noise = random.Normal(attributes, values.dtype).mul_((values - theirs).abs_().DivInPlace(Closeness));
        if (Kinds is not null)
        {
            noise.MaskedFillInPlace(ColumnKinds.Are(Kinds, ColumnKind.Nominal, noise.device), 0);
        }

        Tensor share = taken.sum(1, keepdim: true).to(values.dtype).DivInPlace(attributes);
        return new GeneratedSamples(
            torch.where(taken, theirs.Add(noise), values).view(own.shape), torch.stack([parents, others], 1), torch.cat([share.RSub(1), share], 1));
    }
}
