using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// A part of the vector that a <see cref="FeatureExtractor"/> computes of a sample, and what is done to it before the parts are put together.
/// </summary>
/// <remarks>In this order: the signed square root, standardization where the extractor has it, unit length, and the weight.</remarks>
public abstract record FeaturePart
{
    private protected FeaturePart()
    {
    }

    /// <summary>Gets the name in reports.</summary>
    public abstract string Name { get; }

    /// <summary>Gets whether each value x becomes <c>sign(x) · √|x|</c>, so that few large activations do not decide (Perronnin et al., 2010).</summary>
    /// <value>The default value is <see langword="true"/> of a layer, and <see langword="false"/> of other parts.</value>
    public bool SquareRoot { get; init; }

    /// <summary>Gets whether each sample's vector is divided by its Euclidean length. A vector of zeros stays one.</summary>
    /// <value>The default value is <see langword="true"/>: all parts then weigh alike.</value>
    public bool UnitLength { get; init; } = true;

    /// <summary>Gets the factor of the part. To squared distances, and so to a kernel, it counts by its square.</summary>
    /// <value>Positive. The default value is 1.</value>
    public double Weight { get; init => field = Require.Positive(value); } = 1;

    /// <summary>What comes before standardization.</summary>
    internal Tensor Spread(Tensor values) => SquareRoot ? values.sign() * values.abs().sqrt() : values.alias();

    /// <summary>What comes after it.</summary>
    internal Tensor Finish(Tensor values)
    {
        Tensor scaled = UnitLength ? functional.normalize(values) : values;
        return Weight == 1 ? scaled.alias() : scaled.Mul(Weight);
    }
}
