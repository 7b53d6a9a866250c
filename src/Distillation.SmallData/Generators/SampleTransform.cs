namespace Distillation.SmallData;

/// <summary>
/// A generator that makes each new sample of one original alone: a shift, a rotation, some noise. Derive from it to write one: choosing parents and keeping
/// track of them is here.
/// </summary>
public abstract class SampleTransform : ISampleGenerator
{
    /// <inheritdoc/>
    public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
    {
        Require.Present(originals);
        Require.Present(random);
        return new GeneratedSamples(Transform(originals.Inputs.index_select(0, Require.Present(parents)), originals, random), parents);
    }

    /// <summary>Creates the transform of a run, which makes a new view of each sample in every epoch: <see cref="TrainerOptions.Augmentation"/>.</summary>
    /// <param name="originals">All originals, for what the transform needs of them; the caller disposes them, after the run.</param>
    /// <returns>The transform. Checkpoints compare its type, not its numbers.</returns>
    public ISampleTransform AsAugmentation(LabeledSamples originals) => new View(this, Require.Present(originals));

    /// <summary>Changes inputs.</summary>
    /// <param name="inputs">Copies of originals, [N, ...]; they may be changed in place.</param>
    /// <param name="originals">All originals.</param>
    /// <param name="random">Where random numbers come from, a row for each input.</param>
    /// <returns>[N, ...], in the same shape.</returns>
    protected internal abstract Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random);

    /// <summary>Refuses what is no image.</summary>
    internal static void RequireImages(Tensor inputs, string what)
    {
        if (inputs.dim() != 4)
        {
            throw new InvalidOperationException($"{what} takes images [N, C, H, W], but the originals are {Distillation.Shapes.Of(inputs)}.");
        }
    }

    /// <summary>The transform of a run, with what it needs of all originals.</summary>
    private sealed class View(SampleTransform transform, LabeledSamples originals) : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed) =>
            transform.Transform(inputs.clone(), originals, new SampleRandom(seed, indices, inputs.device));

        public IEnumerable<(string Name, object? Value)> Describe() => [("Transform", transform)];
    }
}
