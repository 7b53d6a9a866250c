namespace Distillation.Reports;

/// <summary>A part of a report with a title.</summary>
public sealed record ReportSection
{
    /// <summary>Gets the title.</summary>
    /// <exception cref="ArgumentException">It has no letters.</exception>
    public required string Title { get; init => field = Require.Text(value); }

    /// <summary>Gets what stands below the title, in order.</summary>
    public required IReadOnlyList<ReportBlock> Blocks { get; init => field = Require.Present(value); }
}
