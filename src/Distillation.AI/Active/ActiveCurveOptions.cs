namespace Distillation.AI;

/// <summary>How an <see cref="ActiveLabelingCurve"/> is measured.</summary>
public sealed record ActiveCurveOptions
{
    /// <summary>Gets the number of texts that are labeled first, at random and the same ones for all strategies of a seed.</summary>
    /// <value>Positive. The default value is 20.</value>
    public int InitialLabels { get; init => field = Require.Positive(value); } = 20;

    /// <summary>Gets the number of texts that are labeled in each round.</summary>
    /// <value>Positive. The default value is 20.</value>
    public int LabelsPerRound { get; init => field = Require.Positive(value); } = 20;

    /// <summary>Gets the number of rounds after the first labels.</summary>
    /// <value>Positive. The default value is 5.</value>
    public int Rounds { get; init => field = Require.Positive(value); } = 5;

    /// <summary>Gets the seeds, over which means and intervals are taken.</summary>
    /// <value>At least two, all different. The default value is 0 to 9.</value>
    public IReadOnlyList<int> Seeds
    {
        get;
        init => field = Require.Present(value).Distinct().Count() == value.Count && value.Count >= 2
            ? [.. value]
            : throw new ArgumentException($"{nameof(Seeds)} must be at least two, all different, but are [{string.Join(", ", value)}].", nameof(Seeds));
    } = [.. Enumerable.Range(0, 10)];

    /// <summary>Gets the cost of a label, in any currency.</summary>
    /// <value>Zero or positive. The default value is 0.</value>
    public double CostPerLabel { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how sure the intervals are.</summary>
    /// <value>In (0, 1). The default value is 0.95.</value>
    public double Level { get; init => field = ConformalThresholdOptions.Share(value, nameof(Level)); } = 0.95;
}
