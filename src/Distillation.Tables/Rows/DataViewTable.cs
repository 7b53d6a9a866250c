using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Tables.Rows;

/// <summary>Reads tables from data views of ML.NET.</summary>
internal static class DataViewTable
{
    private const string KeyValues = "KeyValues";

    /// <exception cref="InvalidDataException">A column is of a type that tables do not have.</exception>
    public static TableData Read(IDataView view)
    {
        DataViewSchema.Column[] columns = [.. view.Schema.Where(column => !column.IsHidden)];
        IColumnBuilder[] builders = new IColumnBuilder[columns.Length];
        using DataViewRowCursor cursor = view.GetRowCursor(columns);
        for (int column = 0; column < columns.Length; column++)
        {
            builders[column] = BuilderOf(cursor, columns[column]);
        }

        while (cursor.MoveNext())
        {
            foreach (IColumnBuilder builder in builders)
            {
                builder.Add();
            }
        }

        return new TableData([.. builders.SelectMany(builder => builder.Build())]);
    }

    private static IColumnBuilder BuilderOf(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => new NameBuilder<ReadOnlyMemory<char>>(row, column, text => text.IsEmpty ? null : text.ToString()),
        BooleanDataViewType => new BooleanBuilder(row, column),
        KeyDataViewType key when key.RawType == typeof(uint) => KeyBuilder(row, column),
        DateTimeDataViewType or DateTimeOffsetDataViewType or TimeSpanDataViewType => new DateBuilder(column),
        VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType item } vector when item.RawType == typeof(float) =>
            new VectorBuilder<float>(row, column, vector.Size, value => value),
        VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType item } vector when item.RawType == typeof(double) =>
            new VectorBuilder<double>(row, column, vector.Size, value => value),
        NumberDataViewType number => NumberBuilderOf(row, column, number.RawType),
        _ => throw Unreadable(column),
    };

    private static IColumnBuilder NumberBuilderOf(DataViewRow row, DataViewSchema.Column column, Type type) =>
        type == typeof(float) ? new NumberBuilder<float>(row, column, value => value)
        : type == typeof(double) ? new NumberBuilder<double>(row, column, value => value)
        : type == typeof(int) ? new NumberBuilder<int>(row, column, value => value)
        : type == typeof(long) ? new NumberBuilder<long>(row, column, value => value)
        : type == typeof(short) ? new NumberBuilder<short>(row, column, value => value)
        : type == typeof(sbyte) ? new NumberBuilder<sbyte>(row, column, value => value)
        : type == typeof(uint) ? new NumberBuilder<uint>(row, column, value => value)
        : type == typeof(ulong) ? new NumberBuilder<ulong>(row, column, value => value)
        : type == typeof(ushort) ? new NumberBuilder<ushort>(row, column, value => value)
        : type == typeof(byte) ? new NumberBuilder<byte>(row, column, value => value)
        : throw Unreadable(column);

    // Keys count from 1; 0 is a missing one.
    private static NameBuilder<uint> KeyBuilder(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(KeyValues) is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
        {
            return new NameBuilder<uint>(row, column, key => key == 0 ? null : (key - 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        VBuffer<ReadOnlyMemory<char>> values = default;
        column.Annotations.GetValue(KeyValues, ref values);
        string[] names = [.. values.DenseValues().Select(name => name.ToString())];
        return new NameBuilder<uint>(row, column, key => key == 0 ? null : names[key - 1]);
    }

    private static InvalidDataException Unreadable(DataViewSchema.Column column) => new(
        $"Column '{column.Name}' must be numbers, texts, keys, truth values, dates or vectors of known size of float or double, but is {column.Type}.");
}
