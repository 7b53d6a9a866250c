using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The flow of the solution procedure: how a block of the student turns its input into its output, channel by channel (FSP; Yim et al., CVPR 2017).
/// </summary>
/// <remarks>
/// <para>
/// <c>mean (G(s) − G(t))²</c> over all elements, where <c>G = (1/HW) Σ bottomᵢ · topⱼ</c> over the places, [N, C_bottom, C_top], for the layer before a block
/// and the layer behind it.
/// </para>
/// <para>
/// The layers are maps [N, C, H, W], with as many channels in the student as in the teacher; of bottom and top, the larger map is averaged down to the smaller.
/// As in RepDistiller. The paper and torchdistill take the largest value instead of the average, and sum where this has a mean. For several blocks, add such
/// losses.
/// </para>
/// </remarks>
public sealed class FlowLoss : IDistillationLoss
{
    private readonly LayerPair _bottom;
    private readonly LayerPair _top;

    /// <summary>Creates the loss.</summary>
    /// <param name="bottom">The layers before the block.</param>
    /// <param name="top">The layers behind the block.</param>
    public FlowLoss(LayerPair bottom, LayerPair top)
    {
        _bottom = bottom;
        _top = top;
        Features = LayerPair.Demand([bottom, top]);
    }

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Bottom", _bottom), ("Top", _top)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The layers are not maps of the same samples, or their numbers of channels differ.</exception>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor studentBottom, Tensor teacherBottom) = _bottom.Of(context);
        (Tensor studentTop, Tensor teacherTop) = _top.Of(context);
        FeatureShapes.RequireMapsOfSameChannels(studentBottom, teacherBottom);
        FeatureShapes.RequireMapsOfSameChannels(studentTop, teacherTop);
        return functional.mse_loss(Flow(studentBottom, studentTop), Flow(teacherBottom, teacherTop));
    }

    private static Tensor Flow(Tensor bottom, Tensor top)
    {
        (bottom, top) = FeatureMaps.PoolToSmaller(bottom, top);
        return bottom.flatten(2).bmm(top.flatten(2).transpose(1, 2)).Div(bottom.size(2) * bottom.size(3));
    }
}
