using System.Globalization;
using CsvHelper;

namespace Distillation.Tables.Rows;

/// <summary>Reads tables from CSV by RFC 4180.</summary>
internal static class CsvTable
{
    /// <exception cref="InvalidDataException">The file is no table.</exception>
    public static TableData Read(Stream stream, CsvTableOptions options, string name)
    {
        try
        {
            using CsvReader reader = CsvReader.Create(stream, ReaderOptions(options), leaveOpen: true);
            string[] columns = options.ColumnNames is { } given ? [.. given] : [.. reader.Headers];
            TableColumns.RequireNames(columns, name);
            string? unknown = options.Kinds.Keys.FirstOrDefault(kind => !columns.Contains(kind));
            return unknown is null
                ? new TableData(Columns(columns, Values(reader, columns, options, name), options))
                : throw new ArgumentException(
                    $"{nameof(options.Kinds)} must be of columns of '{name}', but it has no '{unknown}': {string.Join(", ", columns)}.", nameof(options));
        }
        catch (CsvFormatException exception)
        {
            throw new InvalidDataException($"'{name}' is no CSV file by RFC 4180: {exception.Message}", exception);
        }
    }

    private static CsvReaderOptions ReaderOptions(CsvTableOptions options) => CsvReaderOptions.Default with
    {
        Separator = options.Delimiter,
        HasHeader = options.ColumnNames is null,
        MalformedData = CsvMalformedDataHandling.Throw,
        PoolStrings = true,
    };

    private static List<string?>[] Values(CsvReader reader, string[] columns, CsvTableOptions options, string name)
    {
        var missing = options.MissingValues.ToHashSet(StringComparer.Ordinal);
        List<string?>[] values = [.. columns.Select(_ => new List<string?>())];
        while (reader.Read())
        {
            if (reader.FieldCount != columns.Length)
            {
                throw new InvalidDataException(
                    $"Row {values[0].Count + 1} of '{name}' must have {columns.Length} fields, as many as there are columns, but has {reader.FieldCount}.");
            }

            for (int column = 0; column < columns.Length; column++)
            {
                string value = reader.GetString(column);
                values[column].Add(missing.Contains(value) ? null : value);
            }
        }

        return values[0].Count > 0 ? values : throw new InvalidDataException($"'{name}' must have at least one row, but has none.");
    }

    private static TableColumn[] Columns(string[] names, List<string?>[] values, CsvTableOptions options)
    {
        var format = new NumberFormatInfo { NumberDecimalSeparator = options.DecimalSeparator.ToString(), NumberGroupSeparator = "" };
        return
        [
            .. names.Zip(values, (name, column) => options.Kinds.TryGetValue(name, out TableColumnKind kind)
                ? ColumnText.Of(name, [.. column], kind, format)
                : ColumnText.Infer(name, [.. column], format)),
        ];
    }
}
