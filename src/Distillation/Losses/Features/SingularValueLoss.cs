namespace Distillation.Losses;

/// <summary>
/// Singular vectors: layers are compressed to their main directions among the channels, and the relation between neighboring layers is matched (KD-SVD; Lee et
/// al., ECCV 2018).
/// </summary>
/// <remarks>
/// <para>
/// Each layer of each sample is a matrix of H·W places by C channels. <c>v(t)</c> are the k first right singular vectors of the teacher's, each times its share
/// of the singular values, brought to length 1; <c>v(s)</c> are for each of them that one among the k + 3 first of the student's which is closest to it, with
/// the sign that fits, times the teacher's share. For each layer and the one before it, <c>R = exp(−(vᵢ − v'ⱼ)² / 8)</c> over all pairs of channels, [N, C, C',
/// k], and the loss is <c>(1/N) Σ (R(s) − R(t))²</c>, summed over neighbors.
/// </para>
/// <para>
/// The layers are maps [N, C, H, W], of as many channels in the student as in the teacher; the heights and widths may differ. As in RepDistiller, where the
/// gradient is not finite if two singular values are equal or zero: here, such a pair does not count in the gradient. The sign of a singular vector is a matter
/// of the library of linear algebra, and the value depends on it.
/// </para>
/// </remarks>
public sealed class SingularValueLoss : IDistillationLoss
{
    private const int Spare = 3;

    private readonly LayerPair[] _pairs;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The pairs of layers from shallow to deep, two or more.</param>
    public SingularValueLoss(params IReadOnlyList<LayerPair> pairs)
    {
        _pairs = LayerPair.AtLeast(2, pairs);
        Features = LayerPair.Demand(_pairs);
    }

    /// <summary>Gets how many singular vectors of the teacher's layers are matched.</summary>
    /// <value>Positive. The default value is 1.</value>
    public int Count { get; init => field = Require.Positive(value); } = 1;

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Pairs", _pairs), (nameof(Count), Count)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The layers of a pair are not maps of the same samples, their numbers of channels differ, or the teacher's has fewer than <see cref="Count"/> channels or
    /// places.
    /// </exception>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor Student, Tensor Teacher)[] directions = [.. _pairs.Select(pair => Directions(pair.Of(context)))];
        Tensor sum = directions.Zip(directions.Skip(1), (before, layer) =>
            (Relation(layer.Student, before.Student) - Relation(layer.Teacher, before.Teacher)).Square().sum()).Aggregate(TensorArithmetic.Add);
        return sum.Div(directions[0].Student.size(0));
    }

    /// <summary>Both layers' directions among the channels, [N, C, k]; the student's in the teacher's order and sign.</summary>
    private (Tensor Student, Tensor Teacher) Directions((Tensor Student, Tensor Teacher) layers)
    {
        FeatureShapes.RequireMapsOfSameChannels(layers.Student, layers.Teacher);
        (Tensor teacher, Tensor values) = SingularVectors.Of(Matrix(layers.Teacher), Count);
        if (values.size(1) < Count)
        {
            throw new InvalidOperationException(
                $"The loss matches {Count} singular vectors, but the teacher's layer is {Shapes.Of(layers.Teacher)}: "
                + "it has as many as channels or places, whichever are fewer.");
        }

        (Tensor student, _) = SingularVectors.Of(Matrix(layers.Student), Count + Spare);
        Tensor share = torch.nn.functional.normalize(values, dim: 1).unsqueeze(1);
        Tensor cosine = student.detach().transpose(1, 2).bmm(teacher);
        Tensor size = cosine.abs();
        Tensor closest = torch.where(size == size.amax([1], keepdim: true), cosine.sign(), torch.zeros_like(cosine));
        return (student.bmm(closest) * share, teacher * share);
    }

    private static Tensor Matrix(Tensor map) => map.flatten(2).transpose(1, 2);

    private static Tensor Relation(Tensor layer, Tensor before) => (layer.unsqueeze(2) - before.unsqueeze(1)).Square().Div(-8).exp();
}
