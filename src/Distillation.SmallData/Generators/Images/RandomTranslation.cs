using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>
/// Shifts images by whole pixels, each by a number from −<see cref="Pixels"/> to <see cref="Pixels"/> down and another to the right; what comes in is zero.
/// </summary>
public sealed class RandomTranslation : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="pixels">The largest shift, in pixels; positive. The default value is 1.</param>
    public RandomTranslation(int pixels = 1) => Pixels = Require.Positive(pixels);

    /// <summary>Gets the largest shift, in pixels.</summary>
    public int Pixels { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(RandomTranslation));
        (long height, long width) = (inputs.size(2), inputs.size(3));
        Tensor padded = functional.pad(inputs, [Pixels, Pixels, Pixels, Pixels]);
        Tensor rows = Places(random.Below((2 * Pixels) + 1), height).view(-1, 1, height, 1);
        Tensor columns = Places(random.Below((2 * Pixels) + 1), width).view(-1, 1, 1, width);
        return padded
            .gather(2, rows.expand(inputs.size(0), inputs.size(1), height, padded.size(3)))
            .gather(3, columns.expand(inputs.size(0), inputs.size(1), height, width));

        Tensor Places(Tensor first, long count) =>
            first.to(inputs.device).unsqueeze(1).Add(KeptAliveScalar.Arange(0, count, torch.ScalarType.Int64, inputs.device));
    }
}
