using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Places whose values are alike to the teacher are alike to the student, in each head (MiniLM; Wang et al., 2020; with relation heads, MiniLMv2; Wang et al.,
/// 2021).
/// </summary>
/// <remarks>
/// <para>
/// <c>1/(N·h·T) Σ KL(softmax(t tᵀ/√d_t) ‖ softmax(s sᵀ/√d_s))</c> over the rows of h matrices [T, T], for values s, [N, h, T, d_s], and t, [N, h, T, d_t]. The
/// widths may differ; the heads may not.
/// </para>
/// <para>
/// With <see cref="RelationHeads"/> the heads of a layer, if it has any, are joined to [N, T, D] and cut anew, so that the models may differ in them. Queries
/// and keys, as MiniLMv2 has them, are two more of these losses.
/// </para>
/// <para>With the mask of a <see cref="MaskedBatch"/>, [N, T], a place that it rules out has no row, and is alike to none.</para>
/// </remarks>
public sealed class ValueRelationLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's values; of its last layer, in the papers.</param>
    /// <param name="teacher">The teacher's values.</param>
    public ValueRelationLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <summary>Gets into how many heads the values are cut.</summary>
    /// <value>
    /// Positive, a divisor of both widths, or <see langword="null"/>: the layers have heads, [N, h, T, d], and keep them. The default value is
    /// <see langword="null"/>.
    /// </value>
    public long? RelationHeads { get; init => field = value is { } heads ? Require.Positive(heads, nameof(RelationHeads)) : null; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(RelationHeads), RelationHeads)];

    /// <inheritdoc/>
    /// <returns>The number of places that count, or <see langword="null"/> without a mask.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => PlaceMask.Count(batch, power: 1);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (Tensor left, Tensor right) = (Heads(student), Heads(teacher));
        if (left.size(1) != right.size(1) || left.size(2) != right.size(2))
        {
            throw new InvalidOperationException(
                $"The loss compares values with as many heads and places, but the student's are {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}. "
                + $"Set {nameof(RelationHeads)} for heads that differ.");
        }

        Tensor? leftOut = PlaceMask.LeftOut(context, student, left.size(2))?.unsqueeze(1);
        Tensor wanted = LogRelations(right, leftOut);
        return PlaceMask.Mean((wanted.exp() * (wanted - LogRelations(left, leftOut))).sum(3), leftOut);
    }

    // Of values [N, h, T, d] and places [N, 1, T].
    private static Tensor LogRelations(Tensor values, Tensor? leftOut)
    {
        Tensor own = leftOut is null ? values : values.MaskedFill(leftOut.unsqueeze(3), 0);
        Tensor products = own.matmul(own.transpose(2, 3)).Div(Math.Sqrt(own.size(3)));
        return functional.log_softmax(leftOut is null ? products : products.MaskedFill(leftOut.unsqueeze(2), -1e9), 3);
    }

    // [N, h, T, d]
    private Tensor Heads(Tensor values)
    {
        Tensor joined = values.dim() == 4 && RelationHeads is not null ? values.transpose(1, 2).flatten(2) : values;
        return (joined.dim(), RelationHeads) switch
        {
            (4, null) => joined,
            (3, { } heads) when joined.size(2) % heads == 0 => joined.reshape(joined.size(0), joined.size(1), heads, -1).transpose(1, 2),
            (3, { } heads) =>
                throw new InvalidOperationException($"{nameof(RelationHeads)} must divide the width of the values, but is {heads} for {Shapes.Of(values)}."),
            _ => throw new InvalidOperationException(
                $"The loss compares values [N, h, T, d], or [N, T, D] with {nameof(RelationHeads)} set, but a layer is {Shapes.Of(values)}."),
        };
    }
}
