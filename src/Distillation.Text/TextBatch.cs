namespace Distillation.Text;

/// <summary>A batch of texts as padded token ids, which also carries the texts themselves.</summary>
/// <remarks>
/// Subsets, splits, shuffles and shards keep the texts: a teacher that reads them, such as an embedding model, receives them with each batch.
/// </remarks>
public sealed class TextBatch : MaskedBatch
{
    private readonly IReadOnlyList<string> _all;
    private readonly Tensor _rows;

    /// <summary>Puts texts together.</summary>
    /// <param name="inputs">Token ids [N, T] int64, with padding at the end of shorter texts.</param>
    /// <param name="labels">Class ids [N] int64, probabilities [N, C], targets, or nothing.</param>
    /// <param name="indices">[N] int64: each sample's number in its source.</param>
    /// <param name="mask">[N, T] of booleans: false where a token is padding.</param>
    /// <param name="rows">[N] int64, on the processor: the place of each text in <paramref name="texts"/>.</param>
    /// <param name="texts">The texts of the data set.</param>
    /// <exception cref="ArgumentException">The tensors do not have the same number of samples.</exception>
    public TextBatch(Tensor inputs, Tensor? labels, Tensor indices, Tensor mask, Tensor rows, IReadOnlyList<string> texts)
        : base(inputs, labels, indices, mask)
    {
        _rows = Require.Present(rows);
        _all = Require.Present(texts);
        if (rows.dim() != 1 || rows.size(0) != Count)
        {
            throw new ArgumentException($"There must be one row for each of the {Count} samples, but they are {Shapes.Of(rows)}.", nameof(rows));
        }
    }

    /// <summary>Gets the texts of the samples, in their order.</summary>
    public IReadOnlyList<string> Texts => field ??= [.. Rows().Select(row => _all[(int)row])];

    /// <inheritdoc/>
    protected override Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each)
    {
        Require.Present(each);
        return new TextBatch(inputs, labels, indices, each(Mask), each(_rows), _all);
    }

    private long[] Rows()
    {
        using Tensor rows = _rows.cpu();
        return rows.data<long>().ToArray();
    }
}
