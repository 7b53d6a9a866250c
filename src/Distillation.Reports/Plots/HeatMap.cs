using System.Text.Json;
using System.Xml.Linq;

namespace Distillation.Reports;

/// <summary>A table as colors, such as a confusion matrix. The darker a cell, the larger its share of its row.</summary>
public sealed record HeatMap : ReportPlot
{
    // More digits have no room in a cell.
    private const int MostNumbered = 12;
    private const int LongestName = 12;

    // From here on the text of the ground is easier to read on the color than that of the page.
    private const double StrongFrom = 0.67;

    /// <summary>Makes a heat map.</summary>
    /// <param name="rows">The names of the rows.</param>
    /// <param name="columns">The names of the columns, at least one.</param>
    /// <param name="values">The rows of numbers, each with one for each column; zero or positive.</param>
    /// <exception cref="ArgumentException">There is no column, or the numbers are not as many as the names, or not zero or positive.</exception>
    public HeatMap(IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<double>> values)
    {
        Rows = [.. Require.Present(rows)];
        Columns = [.. Require.Present(columns)];
        Values = [.. Require.Present(values)];
        if (Columns.Count == 0)
        {
            throw new ArgumentException("A heat map must have a column.", nameof(columns));
        }

        if (Values.Count != Rows.Count || Values.Any(row => row?.Count != Columns.Count))
        {
            throw new ArgumentException($"There must be {Rows.Count} rows of {Columns.Count} numbers, as many as there are names.", nameof(values));
        }

        if (Values.Any(row => row.Any(value => !(value >= 0 && double.IsFinite(value)))))
        {
            throw new ArgumentException("The numbers of a heat map must be zero or positive, and finite.", nameof(values));
        }
    }

    /// <summary>Gets the names of the rows.</summary>
    public IReadOnlyList<string> Rows { get; }

    /// <summary>Gets the names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Gets the numbers, row by row.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Values { get; }

    /// <summary>Gets what the rows are.</summary>
    /// <value>The default is <c>row</c>.</value>
    public string RowLabel { get; init => field = Require.Text(value); } = "row";

    /// <summary>Gets what the columns are.</summary>
    /// <value>The default is <c>column</c>.</value>
    public string ColumnLabel { get; init => field = Require.Text(value); } = "column";

    internal override XElement Draw()
    {
        double left = 14 + (6.8 * Rows.Select(name => Math.Min(LongestName, name.Length)).Append(2).Max());
        bool isSlanted = Columns.Any(name => name.Length > 3);
        double below = 26 + (isSlanted ? 4.8 * Columns.Max(name => Math.Min(LongestName, name.Length)) : 0);
        const double Top = 22;
        double cell = (Frame.Width - 8 - left) / Columns.Count;
        double height = Math.Min(cell, 44);
        double bottom = Top + (height * Rows.Count);
        var canvas = new Canvas(Frame.Width, bottom + below, Title, $"{RowLabel} by {ColumnLabel}, {Rows.Count} rows and {Columns.Count} columns");
        canvas.Text("start", 4, 13, $"{RowLabel} ↓   {ColumnLabel} →");
        foreach ((int row, IReadOnlyList<double> values) in Values.Index())
        {
            double y = Top + (height * row);
            canvas.Text("end name", left - 7, y + (height / 2) + 4, Printable.Short(Rows[row], LongestName));
            double sum = values.Sum();
            foreach ((int column, double value) in values.Index())
            {
                double share = sum > 0 ? value / sum : 0;
                (double x, double width) = (left + (cell * column), cell);
                canvas.Box(
                    "heat",
                    (x, y),
                    (width - 1, height - 1),
                    $"{RowLabel} {Rows[row]}, {ColumnLabel} {Columns[column]}: {Brief.Of(value)}",
                    value > 0 ? 0.08 + (0.92 * share) : 0.03);
                if (Columns.Count <= MostNumbered && value > 0)
                {
                    canvas.Text(share > StrongFrom ? "middle strong" : "middle faint", x + (width / 2), y + (height / 2) + 4, AxisScale.Label(value));
                }
            }
        }

        DrawColumnNames(canvas, (left, cell, bottom), isSlanted);
        return canvas.Root;
    }

    internal override ReportTable Numbers() => new(
        [$"{RowLabel} \\ {ColumnLabel}", .. Columns],
        Rows.Zip(Values, (name, values) => (IReadOnlyList<ReportCell>)[name, .. values.Select(Cell)]));

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("kind", "heat map");
        json.WriteString("row label", Printable.Of(RowLabel));
        json.WriteString("column label", Printable.Of(ColumnLabel));
        JsonNumbers.Write(json, "rows", Rows);
        JsonNumbers.Write(json, "columns", Columns);
        json.WriteStartArray("values");
        foreach (IReadOnlyList<double> values in Values)
        {
            json.WriteStartArray();
            foreach (double value in values)
            {
                JsonNumbers.Write(json, value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static ReportCell Cell(double value) => value == Math.Floor(value) && value < 1e15 ? (ReportCell)(long)value : value;

    private void DrawColumnNames(Canvas canvas, (double Left, double Cell, double Bottom) grid, bool isSlanted)
    {
        foreach ((int column, string name) in Columns.Index())
        {
            double center = grid.Left + (grid.Cell * (column + 0.5));
            if (isSlanted)
            {
                canvas.Slanted("end name", center + 4, grid.Bottom + 14, Printable.Short(name, LongestName));
            }
            else
            {
                canvas.Text("middle name", center, grid.Bottom + 18, name);
            }
        }
    }
}
