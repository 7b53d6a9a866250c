using Distillation.Generation;

namespace Distillation.Benchmarks.SmallData;

/// <summary>What one should not do: some pixels of each image are those of another one, whatever that shows. The samples are no images any more.</summary>
internal sealed class SwappedPixels(double probability) : ISampleGenerator
{
    public GeneratedSamples Generate(Originals originals, Tensor parents, SampleChance chance)
    {
        Tensor first = originals.Inputs.index_select(0, parents);
        Tensor second = originals.Inputs.index_select(0, chance.Below(originals.Count).to(originals.Inputs.device));
        Tensor swapped = chance.Uniform(first[0].numel()).view(first.shape).less(probability);
        return new GeneratedSamples(second.where(swapped, first), parents);
    }
}
