namespace Distillation.Reports;

/// <summary>A table. The first column names the rows.</summary>
public sealed record ReportTable : ReportBlock
{
    /// <summary>Makes a table.</summary>
    /// <param name="columns">The titles of the columns, at least one.</param>
    /// <param name="rows">The rows, each with as many cells as there are columns.</param>
    /// <exception cref="ArgumentException">There is no column, or a row has another number of cells.</exception>
    public ReportTable(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<ReportCell>> rows)
    {
        Columns = [.. Require.Present(columns)];
        Rows = [.. Require.Present(rows)];
        if (Columns.Count == 0)
        {
            throw new ArgumentException("A table must have a column.", nameof(columns));
        }

        if (Rows.Index().FirstOrDefault(row => row.Item?.Count != Columns.Count, (Index: -1, Item: [])) is { Index: >= 0 } wrong)
        {
            throw new ArgumentException(
                $"Each row must have {Columns.Count} cells, one a column, but row {wrong.Index} has {wrong.Item?.Count ?? 0}.", nameof(rows));
        }
    }

    /// <summary>Gets the title.</summary>
    /// <value>Empty for a table without a title, which is the default.</value>
    public string Title { get; init => field = Require.Present(value); } = "";

    /// <summary>Gets the titles of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gets the rows.</summary>
    public IReadOnlyList<IReadOnlyList<ReportCell>> Rows { get; }

    internal override void Accept(IBlockWriter writer) => writer.Write(this);
}
