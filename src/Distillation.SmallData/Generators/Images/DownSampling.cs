using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Images in fewer and larger pixels: each square block becomes its mean, at the old size.</summary>
/// <remarks>
/// A simplified version of each image, the same each time. Blocks that the right and lower border cut are smaller. It harms where the label is in the detail,
/// or where the teacher sees edges: blocks make new ones.
/// </remarks>
public sealed class DownSampling : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="factor">The side of a block, in pixels; at least 2. The default value is 2.</param>
    public DownSampling(int factor = 2) => Factor = Require.InRange(factor, 2, int.MaxValue);

    /// <summary>Gets the side of a block, in pixels.</summary>
    public int Factor { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(DownSampling));
        Tensor blocks = functional.avg_pool2d(inputs, Factor, Factor, ceil_mode: true, count_include_pad: false);
        return blocks.index_select(2, Places(inputs.size(2))).index_select(3, Places(inputs.size(3)));

        Tensor Places(long count) => KeptAliveScalar.Arange(0, count, torch.ScalarType.Int64, inputs.device).FloorDivide(Factor);
    }
}
