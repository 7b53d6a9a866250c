namespace Distillation.Reports;

/// <summary>A few values that a reader looks for first, each with its name.</summary>
public sealed record ReportFacts : ReportBlock
{
    /// <summary>Gets the values by name, in the order in which they are shown.</summary>
    public required IReadOnlyList<KeyValuePair<string, ReportCell>> Values { get; init => field = Require.Present(value); }

    internal override void Accept(IBlockWriter writer) => writer.Write(this);
}
