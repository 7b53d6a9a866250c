namespace Distillation.SmallData;

/// <summary>Creates of what another generator makes rows that the table could have: names that occur, whole numbers, and nothing out of range.</summary>
/// <remarks>
/// A nominal value that is none of its originals' is replaced with that of the original with the largest share, the first of equal ones; without originals it
/// stays. Integer columns are rounded, to even numbers from the middle. Every column is kept between the least and the largest value of the originals. It helps
/// with tables that have names or counts, and does nothing for others but keep the range.
/// </remarks>
public sealed class TableColumns : ISampleGenerator
{
    private readonly ISampleGenerator _inner;

    /// <summary>Creates the generator.</summary>
    /// <param name="inner">Makes rows as if all columns were continuous.</param>
    /// <param name="kinds">What each column is, at least one.</param>
    public TableColumns(ISampleGenerator inner, params IReadOnlyList<ColumnKind> kinds) =>
        (_inner, Kinds) = (Require.Present(inner), ColumnKinds.Checked(kinds, nameof(kinds)));

    /// <summary>Gets what each column is.</summary>
    public IReadOnlyList<ColumnKind> Kinds { get; }

    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        ColumnKinds.RequireTable(Kinds, Require.Present(originals), nameof(TableColumns));
        GeneratedSamples samples = _inner.Generate(originals, parents, random);
        Tensor rows = samples.Parents.size(1) == 0 ? samples.Inputs : torch.where(Strange(samples, originals), Main(samples, originals), samples.Inputs);
        Tensor whole = torch.where(ColumnKinds.Are(Kinds, ColumnKind.Integer, rows.device), rows.round(), rows);
        Tensor range = originals.GetOrAdd(nameof(TableColumns), all => torch.stack([all.Inputs.amin([0]), all.Inputs.amax([0])]));
        return new GeneratedSamples(torch.minimum(torch.maximum(whole, range[0]), range[1]), samples.Parents, samples.Shares);
    }

    // Nominal values that no parent has, where there is one.
    private Tensor Strange(GeneratedSamples samples, LabeledSamples originals)
    {
        Tensor found = torch.zeros_like(samples.Inputs, dtype: torch.ScalarType.Bool);
        for (long place = 0; place < samples.Parents.size(1); place++)
        {
            using var scope = torch.NewDisposeScope();
            Tensor its = originals.Inputs.index_select(0, samples.Parents.select(1, place));
            found.logical_or_(its.eq(samples.Inputs).logical_and(samples.Shares.select(1, place).Gt(0).unsqueeze(1)));
        }

        Tensor any = samples.Shares.Gt(0).any(1, keepdim: true);
        return found.logical_not_().logical_and_(any).logical_and_(ColumnKinds.Are(Kinds, ColumnKind.Nominal, found.device));
    }

    private static Tensor Main(GeneratedSamples samples, LabeledSamples originals)
    {
        Tensor largest = samples.Shares.argmax(1, keepdim: true);
        return originals.Inputs.index_select(0, samples.Parents.gather(1, largest).squeeze(1));
    }
}
