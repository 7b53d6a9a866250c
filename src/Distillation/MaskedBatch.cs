namespace Distillation;

/// <summary>A batch of sequences or maps of which only some places count.</summary>
/// <remarks>
/// <para>
/// Losses leave out the places that the mask rules out: padding tokens, or pixels without a class. What stands there, NaN and infinities included, has no part
/// in a value or a gradient.
/// </para>
/// <para>
/// What the mask speaks of follows from its shape. For logits, a value for each row: [N] for [N, C], [N, T] for [N, T, C], [N, H, W] for [N, C, H, W]. A mask
/// [N, T] beside logits [N, C] is that of the padded inputs of a classifier: all logits count, and losses on layers [N, T, ...] use it; T is at least 2,
/// because [N, 1] may mean either. Any other shape is refused.
/// </para>
/// <para>
/// For layers, of losses that compare states, attention or values: [N, T], a value for each place of a layer [N, T, D], or [N], one for each sample. Without a
/// mask all places count: padding cannot be distinguished from tokens.
/// </para>
/// </remarks>
public class MaskedBatch : Batch
{
    /// <summary>Puts samples together.</summary>
    /// <param name="inputs">What the models see, [N, ...].</param>
    /// <param name="labels">Class ids [N, T] or [N, H, W], or nothing.</param>
    /// <param name="indices">[N] int64: each sample's number in its source.</param>
    /// <param name="mask">Which places count: [N], [N, T] or [N, H, W], of booleans or of any type where 0 means "does not count".</param>
    /// <exception cref="ArgumentException">The tensors do not have the same number of samples.</exception>
    public MaskedBatch(Tensor inputs, Tensor? labels, Tensor indices, Tensor mask)
        : base(inputs, labels, indices)
    {
        Mask = Require.Present(mask);
        if (mask.dim() == 0 || mask.size(0) != Count)
        {
            throw new ArgumentException($"The mask must have one row for each of the {Count} samples, but is {Shapes.Of(mask)}.", nameof(mask));
        }
    }

    /// <summary>Gets which places count, [N], [N, T] or [N, H, W]; 0 means "does not count".</summary>
    public Tensor Mask { get; }

    /// <inheritdoc/>
    protected override Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each)
    {
        RequireOwn(typeof(MaskedBatch));
        return new MaskedBatch(inputs, labels, indices, Require.Present(each)(Mask));
    }
}
