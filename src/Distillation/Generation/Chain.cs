namespace Distillation.Generation;

/// <summary>A generator, and what is done to each of its samples afterwards.</summary>
internal sealed class Chain(ISampleGenerator generator, SampleTransform next) : ISampleGenerator
{
    public GeneratedSamples Generate(Originals originals, Tensor parents, SampleChance chance)
    {
        GeneratedSamples samples = generator.Generate(originals, parents, chance);

        // A transform may change its inputs in place, and the generator might have given what others see too.
        return new GeneratedSamples(next.Transform(samples.Inputs.clone(), originals, chance), samples.Parents, samples.Shares);
    }
}
