namespace Distillation.SmallData;

/// <summary>A generator, and what is done to each of its samples afterward.</summary>
internal sealed class Compose(ISampleGenerator generator, SampleTransform next) : ISampleGenerator
{
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        GeneratedSamples samples = generator.Generate(originals, parents, random);

        // A transform may change its inputs in place, and the generator might have given what others see too.
        return new GeneratedSamples(next.Transform(samples.Inputs.clone(), originals, random), samples.Parents, samples.Shares);
    }
}
