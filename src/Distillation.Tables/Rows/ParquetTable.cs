using Parquet;
using Parquet.Schema;

namespace Distillation.Tables.Rows;

/// <summary>Reads tables from Parquet files.</summary>
internal static class ParquetTable
{
    /// <exception cref="InvalidDataException">The file is no table.</exception>
    public static TableData Read(Stream stream, string name)
    {
        try
        {
            return ReadAsync(stream, name).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not (InvalidDataException or OutOfMemoryException))
        {
            throw new InvalidDataException($"'{name}' is no Parquet file that can be read: {exception.Message}", exception);
        }
    }

    private static async Task<TableData> ReadAsync(Stream stream, string name)
    {
        ParquetReader reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            DataField[] fields = reader.Schema.GetDataFields();
            TableColumns.RequireNames([.. fields.Select(field => field.Path.ToString())], name);
            List<TableColumn>[] parts = [.. fields.Select(_ => new List<TableColumn>())];
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroupReader rows = reader.OpenRowGroupReader(group);
                for (int column = 0; column < fields.Length; column++)
                {
                    parts[column].Add(await ReadAsync(rows, fields[column], name).ConfigureAwait(false));
                }
            }

            return parts[0].Sum(part => part.Count) > 0
                ? new TableData([.. parts.Select(TableColumn.Joined)])
                : throw new InvalidDataException($"'{name}' must have at least one row, but has none.");
        }
    }

    private static Task<TableColumn> ReadAsync(ParquetRowGroupReader rows, DataField field, string name)
    {
        Type type = field.ClrType;
        return field.IsArray || field.MaxRepetitionLevel > 0 || field.Path.Length > 1 ? throw Unreadable()
            : type == typeof(string) || type == typeof(ReadOnlyMemory<char>) ? NamesAsync(rows, field)
            : type == typeof(bool) ? BooleansAsync(rows, field)
            : type == typeof(double) ? NumbersAsync<double>(rows, field, value => value)
            : type == typeof(float) ? NumbersAsync<float>(rows, field, value => value)
            : type == typeof(long) ? NumbersAsync<long>(rows, field, value => value)
            : type == typeof(int) ? NumbersAsync<int>(rows, field, value => value)
            : type == typeof(short) ? NumbersAsync<short>(rows, field, value => value)
            : type == typeof(sbyte) ? NumbersAsync<sbyte>(rows, field, value => value)
            : type == typeof(ulong) ? NumbersAsync<ulong>(rows, field, value => value)
            : type == typeof(uint) ? NumbersAsync<uint>(rows, field, value => value)
            : type == typeof(ushort) ? NumbersAsync<ushort>(rows, field, value => value)
            : type == typeof(byte) ? NumbersAsync<byte>(rows, field, value => value)
            : type == typeof(decimal) ? NumbersAsync<decimal>(rows, field, value => (double)value)
            : type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(TimeSpan)
                ? Task.FromResult(TableColumn.OfDates(field.Name, (int)rows.RowCount))
            : throw Unreadable();

        InvalidDataException Unreadable() => new(
            $"Column '{field.Path}' of '{name}' must be numbers, texts, truth values or dates, one a row, but is of "
            + $"{(field.IsArray ? "lists of " : "")}{(type == typeof(ReadOnlyMemory<byte>) ? "bytes" : type.Name)}.");
    }

    private static async Task<TableColumn> NumbersAsync<T>(ParquetRowGroupReader rows, DataField field, Func<T, double> convert)
        where T : struct => FiniteNumbers.Column(
            field.Name, [.. (await ValuesAsync<T>(rows, field).ConfigureAwait(false)).Select(value => value is { } known ? convert(known) : double.NaN)]);

    private static async Task<TableColumn> BooleansAsync(ParquetRowGroupReader rows, DataField field) =>
        TableColumn.OfBooleans(field.Name, await ValuesAsync<bool>(rows, field).ConfigureAwait(false));

    private static async Task<TableColumn> NamesAsync(ParquetRowGroupReader rows, DataField field)
    {
        var values = new string?[(int)rows.RowCount];
        await rows.ReadAsync(field, values.AsMemory()!).ConfigureAwait(false);
        return TableColumn.OfCategories(field.Name, values);
    }

    private static async Task<T?[]> ValuesAsync<T>(ParquetRowGroupReader rows, DataField field)
        where T : struct
    {
        if (field.IsNullable)
        {
            var values = new T?[(int)rows.RowCount];
            await rows.ReadAsync<T>(field, values.AsMemory()).ConfigureAwait(false);
            return values;
        }

        var present = new T[(int)rows.RowCount];
        await rows.ReadAsync<T>(field, present.AsMemory()).ConfigureAwait(false);
        return Array.ConvertAll(present, value => (T?)value);
    }
}
