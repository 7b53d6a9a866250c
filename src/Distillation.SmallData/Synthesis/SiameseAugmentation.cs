namespace Distillation.SmallData;

/// <summary>Changes real and synthetic samples of a step in the same way: differentiable Siamese augmentation (Zhao and Bilen, 2021).</summary>
internal sealed class SiameseAugmentation(IReadOnlyList<SampleTransform> transforms, LabeledSamples data, int seed)
{
    /// <summary>Checks transforms where they are set.</summary>
    public static IReadOnlyList<SampleTransform> Checked(IReadOnlyList<SampleTransform> transforms, string argument) =>
        [.. Require.Present(transforms, argument).Select(transform => Require.Present(transform, argument))];

    /// <summary>Changes samples by one of the transforms, which the step determines, as its draws.</summary>
    /// <param name="inputs">[N, ...]; they are not changed.</param>
    /// <param name="step">The number of the step.</param>
    /// <returns>[N, ...]; gradients flow through it.</returns>
    public Tensor Apply(Tensor inputs, int step)
    {
        if (transforms.Count == 0)
        {
            return inputs;
        }

        // A draw is a function of the number of a sample: with the same number, all samples have the same.
        using Tensor numbers = KeptAliveScalar.Full([inputs.size(0)], (long)step, torch.ScalarType.Int64);
        SampleTransform transform = transforms[(int)(SplitMix64.Mix(seed, step) % (ulong)transforms.Count)];
        return transform.Transform(inputs.clone(), data, new SampleRandom(seed, numbers, inputs.device));
    }
}
