namespace Distillation.SmallData;

/// <summary>Normal noise on every feature, in the measure of the feature's own standard deviation over the originals.</summary>
public sealed class GaussianNoise : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="scale">The deviation of the noise, as a multiple of each feature's; positive. The default value is 0.2.</param>
    public GaussianNoise(double scale = 0.2) => Scale = Require.Positive(scale);

    /// <summary>Gets the deviation of the noise, as a multiple of each feature's.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        Tensor deviations = originals.GetOrAdd(nameof(GaussianNoise), all => all.Inputs.flatten(1).std(0, unbiased: false));
        Tensor noise = random.Normal(deviations.numel(), inputs.dtype).mul_(deviations.Mul(Scale));
        return inputs.AddInPlace(noise.view(inputs.shape));
    }
}
