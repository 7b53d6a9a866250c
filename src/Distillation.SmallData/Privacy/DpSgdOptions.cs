namespace Distillation.SmallData;

/// <summary>How a model is trained with differential privacy.</summary>
public sealed record DpSgdOptions
{
    /// <summary>Gets the noise multiplier, σ: the deviation of the noise on the sum of the gradients is σ·<see cref="ClipNorm"/>.</summary>
    /// <value>Zero or positive; zero gives no privacy. The default value is 1.1. <see cref="RdpAccountant.NoiseFor"/> finds that of a budget.</value>
    public double NoiseMultiplier { get; init => field = Require.NotNegative(value); } = 1.1;

    /// <summary>Gets the largest Euclidean length of the gradient of a sample over all parameters, C: longer ones are scaled down to it.</summary>
    /// <value>Positive. The default value is 1.</value>
    public double ClipNorm { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the expected number of samples of an update: each sample is in it with the probability of this number over that of all samples.</summary>
    /// <value>Positive; at most the number of samples. The default value is 64.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the number of updates.</summary>
    /// <value>Positive. The default value is 500.</value>
    public int Steps { get; init => field = Require.Positive(value); } = 500;

    /// <summary>Gets the learning rate.</summary>
    /// <value>Positive at each position. The default value is 0.5, which falls to 0 along a cosine.</value>
    public Schedule LearningRate { get; init => field = Require.Present(value); } = new Schedule.Cosine(0.5);

    /// <summary>Gets the momentum of the updates. It costs no privacy.</summary>
    /// <value>In [0, 1). The default value is 0.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); }

    /// <summary>Gets the δ of the report: the probability with which its ε may not hold.</summary>
    /// <value>In (0, 1). The default value is 1e-5. It should be well below one over the number of samples.</value>
    public double Delta { get; init => field = Require.Positive(Require.BelowOne(value), nameof(value)); } = 1e-5;

    /// <summary>Gets the number from which samples and noise follow.</summary>
    /// <value>Any number. The default value is 0. It must stay secret: whoever knows it can compute the noise.</value>
    public int Seed { get; init; }
}
