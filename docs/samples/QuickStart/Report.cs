namespace QuickStart;

/// <summary>What a job found: the same on the screen and in files.</summary>
/// <param name="Name">The name of its files.</param>
/// <param name="Title">What was done.</param>
/// <param name="Subject">On what it was measured.</param>
/// <param name="Settings">With what it can be run again.</param>
/// <param name="Tables">The figures, rounded.</param>
/// <param name="Sentences">What the figures say, and what no table holds.</param>
/// <param name="Results">Every figure as it is, for JSON.</param>
internal sealed record Report(
    string Name,
    string Title,
    string Subject,
    IReadOnlyDictionary<string, object> Settings,
    IReadOnlyList<ReportTable> Tables,
    IReadOnlyList<string> Sentences,
    object Results);
