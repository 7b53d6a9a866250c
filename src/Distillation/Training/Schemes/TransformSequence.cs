namespace Distillation.Training;

/// <summary>Two transforms, one after the other, each with a seed of its own.</summary>
internal sealed class TransformSequence(ISampleTransform first, ISampleTransform next) : ISampleTransform
{
    public Tensor Transform(Tensor inputs, Tensor indices, int seed) =>
        next.Transform(first.Transform(inputs, indices, SeedOf(seed, 0)), indices, SeedOf(seed, 1));

    public IEnumerable<(string Name, object? Value)> Describe() => [("First", first), ("Next", next)];

    private static int SeedOf(int seed, int number) => unchecked((int)SplitMix64.Mix(seed, number));
}
