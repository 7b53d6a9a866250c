namespace Distillation.Reports;

/// <summary>Small images side by side, each with a caption. Markdown, which has no room for them within the text, leaves them out.</summary>
internal sealed record ReportImages : ReportBlock
{
    public required string Title { get; init; }

    /// <summary>Gets what the pixels are.</summary>
    public required string Note { get; init; }

    public required IReadOnlyList<ReportImage> Images { get; init; }

    internal override void Accept(IBlockWriter writer) => writer.Write(this);
}
