using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Intra-class variation: how near the features of each place are to the mean of its class in the image is the same in student and teacher (IFVD; Wang et al.,
/// 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>mean (cos(sₚ, s̄_y) − cos(tₚ, t̄_y))²</c> over samples and places, for layers s and t, maps [N, C, H, W] whose channels may differ, and labels y, a map
/// of class ids [N, H', W'] of an integer type. s̄_y is the mean of s over the places of the same class in the same image. Labels of another size take the
/// nearest place; class ids may be any numbers.
/// </para>
/// <para>
/// The values are those of CIRKD's code; the weight of the authors is 200, on the last map before the classifier. There a place of the ignored label is its
/// own center, and counts with 0 in the mean; here a place of <see cref="IgnoredLabel"/> does not count.
/// </para>
/// </remarks>
public sealed class IntraClassVariationLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of the same height and width.</param>
    public IntraClassVariationLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <summary>Gets the class id of places that do not count.</summary>
    /// <value>Any number, often 255, or <see langword="null"/>: all count. The default value is <see langword="null"/>.</value>
    public long? IgnoredLabel { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(IgnoredLabel), IgnoredLabel)];

    /// <inheritdoc/>
    /// <returns>
    /// The number of places whose label is not ignored; <see langword="null"/> without an ignored label: the number of samples.
    /// </returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student)
    {
        Tensor layer = Require.Present(student)[StudentLayer];
        return IgnoredLabel is { } ignored ? Resized(Require.Present(batch), layer).Ne(ignored).sum(torch.ScalarType.Float64) : null;
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMapsOfSamePlaces(student, teacher);
        Tensor labels = Resized(context.Batch, student).flatten(1);
        (Tensor classes, Tensor? inverse, _) = labels.unique(return_inverse: true);
        Tensor members = functional.one_hot(inverse!.view(labels.shape), classes.size(0)).to(student.dtype);
        Tensor difference = Similarity(student, members) - Similarity(teacher, members);
        return PlaceMask.Mean(difference.Square(), IgnoredLabel is { } ignored ? labels.Eq(ignored) : null);
    }

    // The cosine of each place with the center of its class, [N, P], from the members of each class, [N, P, K].
    private static Tensor Similarity(Tensor map, Tensor members)
    {
        Tensor places = map.flatten(2).transpose(1, 2);
        Tensor counts = members.sum(1, keepdim: true).transpose(1, 2).ClampMin(1);
        Tensor centers = members.transpose(1, 2).matmul(places) / counts;
        return (UnitVectors.Of(places, -1) * UnitVectors.Of(members.matmul(centers), -1)).sum(2);
    }

    private static Tensor Resized(Batch batch, Tensor map)
    {
        Tensor labels = batch.RequireLabels();
        return torch.is_integral(labels) && labels.dim() == 3
            ? FeatureMaps.Resize(labels.unsqueeze(1).to(torch.ScalarType.Float64), map.size(2), map.size(3)).squeeze(1).to(torch.ScalarType.Int64)
            : throw new InvalidOperationException(
                $"Labels must be a map of class ids [N, H, W] of an integer type, for the loss compares places of one class, but are {Shapes.Of(labels)} "
                + $"{labels.dtype}.");
    }
}
