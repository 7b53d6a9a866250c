using Distillation.Data;
using Distillation.Tables.Rows;

namespace Distillation.Tables;

/// <summary>A table as it comes: named columns of numbers, names, truth values and dates, some of them missing.</summary>
/// <remarks>A <see cref="TableEncoder"/>, fitted on the training rows, makes tensors of it.</remarks>
public sealed partial class TableData
{
    /// <summary>Creates a table of columns, such as a single row at run time.</summary>
    /// <param name="columns">At least one column, all with the same number of rows, at least one, and distinct names.</param>
    /// <exception cref="ArgumentException">The columns are no table.</exception>
    public TableData(params IReadOnlyList<TableColumn> columns)
    {
        Columns = [.. Require.Present(columns)];
        try
        {
            TableColumns.RequireNames([.. Columns.Select(column => column.Name)], "table");
        }
        catch (InvalidDataException exception)
        {
            throw new ArgumentException(exception.Message, nameof(columns), exception);
        }

        RowCount = Columns[0].Count;
        if (RowCount == 0 || Columns.Any(column => column.Count != RowCount))
        {
            string counts = string.Join(", ", Columns.Select(column => $"{column.Name}: {column.Count}"));
            throw new ArgumentException($"All columns must have the same number of rows, at least one, but have {counts}.", nameof(columns));
        }
    }

    /// <summary>Gets the columns, in the order of the file.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Gets the number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Reads a CSV file by the default options.</summary>
    /// <param name="path">A file in UTF-8, or with a byte order mark, by RFC 4180. Empty lines are left out.</param>
    /// <returns>The table.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">As with options.</exception>
    public static TableData FromCsv(string path) => FromCsv(path, new CsvTableOptions());

    /// <summary>Reads a CSV file.</summary>
    /// <param name="path">A file in UTF-8, or with a byte order mark, by RFC 4180. Empty lines are left out.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The options have a kind for a column that there is not.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is empty or has no rows; names of columns are empty or occur twice; a row has more or fewer fields than there are columns; quotes are not
    /// closed; or a column has values of several kinds. The message has the row, counted from 1 below the header, and the value.
    /// </exception>
    public static TableData FromCsv(string path, CsvTableOptions options)
    {
        Require.Present(options);
        using FileStream stream = File.OpenRead(Require.Text(path));
        return CsvTable.Read(stream, options, path);
    }

    /// <summary>Reads CSV from a stream.</summary>
    /// <param name="stream">The content of a CSV file, read to its end; the caller disposes it.</param>
    /// <param name="options">How it is read.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The options have a kind for a column that there is not.</exception>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    public static TableData FromCsv(Stream stream, CsvTableOptions options) => CsvTable.Read(Require.Present(stream), Require.Present(options), "The stream");

    /// <summary>Returns a column.</summary>
    /// <param name="name">Its name, exactly.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">There is none; the message lists those that there are.</exception>
    public TableColumn Column(string name) =>
        Columns.FirstOrDefault(column => column.Name == Require.Text(name))
            ?? throw new ArgumentException(
                $"The table must have a column '{name}', but has {string.Join(", ", Columns.Select(column => column.Name))}.", nameof(name));

    /// <summary>Takes some rows.</summary>
    /// <param name="numbers">The numbers of the rows from 0, at least one, in any order; a number may come twice.</param>
    /// <returns>A copy of them, in that order.</returns>
    /// <exception cref="ArgumentException">There is no number, or one is not in the table.</exception>
    public TableData Subset(IEnumerable<long> numbers)
    {
        int[] rows = [.. Require.Present(numbers).Select(number => (int)Require.InRange(number, 0, RowCount - 1L, nameof(numbers)))];
        Require.Positive(rows.Length, nameof(numbers));
        return new([.. Columns.Select(column => column.Take(rows))]);
    }

    /// <summary>Cuts the rows in two, before anything is fitted on the first part.</summary>
    /// <param name="trainShare">The share of the first part, in (0, 1).</param>
    /// <param name="stratifyBy">A column whose values, missing ones too, both parts have in the same share; none if not given.</param>
    /// <param name="seed">Any number; the same one gives the same cut.</param>
    /// <returns>Copies of the two parts.</returns>
    /// <exception cref="ArgumentException">There is no such column, or a part would have no rows.</exception>
    public (TableData Train, TableData HeldOut) SplitRows(double trainShare, string? stratifyBy = null, int seed = 0)
    {
        Fold fold = stratifyBy is null ? Split.Random(RowCount, trainShare, seed) : Split.Stratified(GroupsOf(Column(stratifyBy)), trainShare, seed);
        return fold.Train.Count > 0 && fold.HeldOut.Count > 0
            ? (Subset(fold.Train), Subset(fold.HeldOut))
            : throw new ArgumentException(
                FormattableString.Invariant($"Both parts must have rows, but a share of {trainShare} of {RowCount} rows leaves one without."),
                nameof(trainShare));
    }

    /// <summary>Reads the values of a column as another kind.</summary>
    /// <param name="column">The name of the column.</param>
    /// <param name="kind">The kind: numbers become names by their shortest digits, names numbers by invariant ones, 0 and 1 truth values.</param>
    /// <returns>A table with the column in the same place.</returns>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="InvalidDataException">A value is none of the kind.</exception>
    public TableData WithKind(string column, TableColumnKind kind)
    {
        TableColumn changed = Column(column).As(Require.Defined(kind));
        return new([.. Columns.Select(one => one.Name == column ? changed : one)]);
    }

    /// <summary>Describes the table: a line for each column, with its kind, its missing values and the number of its names.</summary>
    /// <returns>A few lines.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        Columns.Select(column => $"  {column.Name}: {column.Kind}, {column.CountMissing()} missing"
            + (column.Names is null ? "" : $", {column.Names.Where(name => name is not null).Distinct().Count()} names")).Prepend($"{RowCount} rows"));

    private static long[] GroupsOf(TableColumn column)
    {
        if (column.Kind == TableColumnKind.Date)
        {
            throw new ArgumentException($"Rows cannot be cut by the dates of column '{column.Name}', whose values are not kept.", nameof(column));
        }

        var groups = new Dictionary<string, long>(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, column.Count).Select(row => GroupOf(column.TextOf(row)))];

        long GroupOf(string? text) => text is null ? -1 : groups.TryAdd(text, groups.Count) ? groups.Count - 1 : groups[text];
    }
}
