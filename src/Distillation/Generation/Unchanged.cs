namespace Distillation.Generation;

/// <summary>The originals as they are: for a pool that differs in its labels alone.</summary>
public sealed class Unchanged : SampleTransform
{
    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, Originals originals, SampleChance chance) => inputs;
}
