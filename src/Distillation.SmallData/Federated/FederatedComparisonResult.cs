namespace Distillation.SmallData;

/// <summary>Ways of learning from scattered data side by side, on the same clients and test samples.</summary>
public sealed record FederatedComparisonResult
{
    /// <summary>Gets the ways, in the order in which they were run.</summary>
    public required IReadOnlyList<FederatedComparisonRow> Rows { get; init; }

    /// <summary>Gets the row with the highest accuracy among those that leave all samples where they are: every row but the central one.</summary>
    public FederatedComparisonRow Best => Rows.Where(row => row.Name != FederatedComparison.Central).MaxBy(row => row.Accuracy)!;

    /// <summary>Describes all ways, and which is best.</summary>
    /// <returns>A line for each, with 4 significant digits.</returns>
    public string Describe() => string.Join(Environment.NewLine, Rows.Select(row => row.Describe()).Append($"best without central data: {Best.Name}"));

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
