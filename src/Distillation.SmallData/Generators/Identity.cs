namespace Distillation.SmallData;

/// <summary>The originals as they are: for a pool that differs in its labels alone.</summary>
public sealed class Identity : SampleTransform
{
    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random) => inputs;
}
