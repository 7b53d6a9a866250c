namespace Distillation;

/// <summary>A batch of sequences or maps of which only some places count.</summary>
/// <remarks>Losses on logits leave out the places that the mask rules out: padding tokens, or pixels without a class.</remarks>
public class MaskedBatch : Batch
{
    /// <summary>Puts samples together.</summary>
    /// <param name="inputs">What the models see, [N, ...].</param>
    /// <param name="labels">Class ids [N, T] or [N, H, W], or nothing.</param>
    /// <param name="indices">[N] int64: each sample's number in its source.</param>
    /// <param name="mask">Which places count, one for each row of logits: [N, T] for logits [N, T, C], [N, H, W] for logits [N, C, H, W]; of booleans, or of any type where 0 means "does not count".</param>
    /// <param name="share">What part of one update the batch is, in (0, 1].</param>
    /// <exception cref="ArgumentException">The tensors do not have the same number of samples.</exception>
    public MaskedBatch(Tensor inputs, Tensor? labels, Tensor indices, Tensor mask, double share = 1)
        : base(inputs, labels, indices, share)
    {
        Mask = Require.Present(mask);
        if (mask.dim() == 0 || mask.size(0) != Count)
        {
            throw new ArgumentException($"The mask must have one row for each of the {Count} samples, but is {Shapes.Of(mask)}.", nameof(mask));
        }
    }

    /// <summary>Gets which places count, [N, T] or [N, H, W]; 0 means "does not count".</summary>
    public Tensor Mask { get; }

    /// <inheritdoc/>
    /// <remarks>A mean over the places of a piece counts by the piece's samples, not by its places.</remarks>
    public override IReadOnlyList<Batch> Split(long size) => Pieces(typeof(MaskedBatch), size, (start, count, share) =>
        new MaskedBatch(Inputs.narrow(0, start, count), Labels?.narrow(0, start, count), Indices.narrow(0, start, count), Mask.narrow(0, start, count), share));

    /// <inheritdoc/>
    public override Batch To(torch.Device device)
    {
        if (IsOn(device))
        {
            return this;
        }

        RequireOwn(typeof(MaskedBatch), nameof(To));
        return new MaskedBatch(Copy(Inputs, device), Labels is null ? null : Copy(Labels, device), Indices, Copy(Mask, device), Share).OfFull(FullCount);
    }

    /// <inheritdoc/>
    public override Batch With(Tensor? inputs = null, Tensor? indices = null)
    {
        RequireOwn(typeof(MaskedBatch), nameof(With));
        return new MaskedBatch(inputs ?? Inputs, Labels, indices ?? Indices, Mask, Share).OfFull(FullCount);
    }

    internal override Batch? Repeated(long count)
    {
        if (GetType() != typeof(MaskedBatch))
        {
            return null;
        }

        Tensor rows = RowsOf(count, Inputs.device);
        return new MaskedBatch(Inputs.index_select(0, rows), Labels?.index_select(0, rows), Indices.index_select(0, RowsOf(count, Indices.device)), Mask.index_select(0, rows), Share).OfFull(count);
    }
}
