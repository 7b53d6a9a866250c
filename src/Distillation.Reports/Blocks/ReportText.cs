namespace Distillation.Reports;

/// <summary>A paragraph of plain text. Characters with a meaning in HTML or in Markdown stand for themselves.</summary>
public sealed record ReportText : ReportBlock
{
    /// <summary>Gets the text.</summary>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public required string Text { get; init => field = Require.Text(value); }

    internal override void Accept(IBlockWriter writer) => writer.Write(this);
}
