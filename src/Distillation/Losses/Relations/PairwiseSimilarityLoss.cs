using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Structured distillation: how similar the places of a map are to each other is the same in student and teacher (Liu et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/(N · P²)) Σₙ Σᵢⱼ (cos(sᵢ, sⱼ) − cos(tᵢ, tⱼ))²</c> over the pairs of the P nodes of each image, for layers s and t, maps [N, C, H, W] whose channels
/// may differ. A node is the largest value of each channel in a patch of <see cref="PatchSize"/>² places, which at the edges may be smaller.
/// </para>
/// <para>
/// It is the pair-wise part of the paper, with its patches of 2×2; its pixel-wise part is <see cref="SoftCrossEntropyLoss"/> on dense logits. The values are
/// those of CIRKD's code; the authors' code divides the map into four patches, and takes the norms for constants of the gradient. CIRKD's weight is 10.
/// Unlike <see cref="AffinityLoss"/> it has one similarity of all channels for each pair.
/// </para>
/// </remarks>
public sealed class PairwiseSimilarityLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of the same height and width.</param>
    public PairwiseSimilarityLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <summary>Gets how high and wide a patch is.</summary>
    /// <value>Positive; 1 takes each place for a node. The default value is 2.</value>
    public int PatchSize { get; init => field = Require.Positive(value); } = 2;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(PatchSize), PatchSize)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMapsOfSamePlaces(student, teacher);
        return (Similarities(student) - Similarities(teacher)).Square().mean();
    }

    private Tensor Similarities(Tensor map)
    {
        Tensor nodes = PatchSize == 1 ? map : functional.max_pool2d(map, PatchSize, PatchSize, ceil_mode: true);
        nodes = UnitVectors.Of(nodes.flatten(2), 1);
        return nodes.transpose(1, 2).matmul(nodes);
    }
}
