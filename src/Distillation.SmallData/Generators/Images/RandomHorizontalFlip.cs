namespace Distillation.SmallData;

/// <summary>Mirrors images, left to right, each with a probability.</summary>
/// <remarks>It helps where a mirrored thing is the same thing. It harms where it is another: digits, letters, shoes that all point one way.</remarks>
public sealed class RandomHorizontalFlip : SampleTransform
{
    /// <summary>Creates the generator.</summary>
    /// <param name="probability">With what probability an image is mirrored; in [0, 1]. The default value is ½.</param>
    public RandomHorizontalFlip(double probability = 0.5) => Probability = Require.InRange(probability, 0, 1);

    /// <summary>Gets with what probability an image is mirrored.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random)
    {
        RequireImages(inputs, nameof(RandomHorizontalFlip));
        Tensor mirrored = random.Uniform(1, torch.ScalarType.Float64).Lt(Probability);
        return torch.where(RowArithmetic.Wide(mirrored, inputs), inputs.flip(3), inputs);
    }
}
