namespace Distillation.AI;

/// <summary>The rule of a <see cref="LabelingVerdict"/>.</summary>
public sealed record LabelingVerdictOptions
{
    /// <summary>Gets by how much the accuracy may be lower than that of the language model, to count as good as it.</summary>
    /// <value>In (0, 1). The default value is 0.02: 2 points.</value>
    public double Margin { get; init => field = ConformalThresholdOptions.Share(value, nameof(Margin)); } = 0.02;

    /// <summary>Gets how sure the intervals are, two-sided.</summary>
    /// <value>In (0, 1). The default value is 0.95.</value>
    public double Level { get; init => field = ConformalThresholdOptions.Share(value, nameof(Level)); } = 0.95;

    /// <summary>Gets the confidence from which the student of the cascade answers, fitted on other texts than those of the comparison.</summary>
    /// <value>In [0, 1]. The default value is <see langword="null"/>: no cascade is compared.</value>
    public double? Threshold { get; init => field = value is { } given ? Require.InRange(given, 0, 1, nameof(Threshold)) : null; }

    /// <summary>Gets the share of texts that the student must answer for a cascade to be recommended.</summary>
    /// <value>In [0, 1]. The default value is 0.1.</value>
    public double MinimumShareAnswered { get; init => field = Require.InRange(value, 0, 1); } = 0.1;

    /// <summary>Gets the number of bootstrap resamples.</summary>
    /// <value>Positive. The default value is 2 000.</value>
    public int Resamples { get; init => field = Require.Positive(value); } = 2_000;

    /// <summary>Gets the seed of the bootstrap; the same one gives the same intervals.</summary>
    /// <value>Any number. The default value is 0.</value>
    public int Seed { get; init; }
}
