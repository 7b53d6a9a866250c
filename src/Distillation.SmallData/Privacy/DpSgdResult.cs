using System.Globalization;

namespace Distillation.SmallData;

/// <summary>What a training with differential privacy did, and its privacy loss.</summary>
public sealed record DpSgdResult
{
    /// <summary>Gets the number of updates.</summary>
    public required int Steps { get; init; }

    /// <summary>Gets the probability with which each sample was in an update.</summary>
    public required double SamplingRate { get; init; }

    /// <summary>Gets the noise multiplier, σ.</summary>
    public required double NoiseMultiplier { get; init; }

    /// <summary>Gets ε: the logarithm by which a sample changes the probability of any outcome at most, but for <see cref="Delta"/>.</summary>
    /// <value>Zero or positive; infinite without noise.</value>
    public required double Epsilon { get; init; }

    /// <summary>Gets δ.</summary>
    public required double Delta { get; init; }

    /// <summary>Gets the share of the gradients of samples that were clipped. It is computed from the samples, and is not private.</summary>
    public required double ClippedShare { get; init; }

    /// <summary>Gets the mean loss of the samples of the last tenth of the updates. It is computed from the samples, and is not private.</summary>
    public required double Loss { get; init; }

    /// <summary>Describes the privacy loss.</summary>
    /// <returns>A line, with 4 significant digits, without the numbers that are not private.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"({Epsilon:G4}, {Delta:G4})-differential privacy after {Steps} updates with sampling rate {SamplingRate:G4} "
        + $"and noise multiplier {NoiseMultiplier:G4}");

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(DpSgdResult),
        (nameof(Steps), Steps),
        (nameof(SamplingRate), SamplingRate),
        (nameof(NoiseMultiplier), NoiseMultiplier),
        (nameof(Epsilon), Epsilon),
        (nameof(Delta), Delta),
        (nameof(ClippedShare), ClippedShare),
        (nameof(Loss), Loss));
}
