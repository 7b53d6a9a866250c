using System.Globalization;

namespace Distillation.Arrow;

/// <summary>A field of a file: the column that it is, and how it stands there.</summary>
/// <param name="Column">The column's place in the layout.</param>
/// <param name="Type">The type of number.</param>
/// <param name="IsList">Whether it is a fixed-size list.</param>
internal readonly record struct ArrowField(int Column, ElementType Type, bool IsList);

/// <summary>The schema in a file's footer, checked against the columns that the store has.</summary>
internal static class ArrowSchema
{
    public const string FingerprintKey = "distillation.fingerprint";
    public const string ShapeKey = "distillation.shape";

    // Of the union of types in Schema.fbs of the Arrow format.
    private const byte Int = 2;
    private const byte FloatingPoint = 3;
    private const byte FixedSizeList = 16;

    public static ArrowField[] Read(FlatTable schema, StoreLayout layout, MappedFile file)
    {
        if (schema.Value<short>(0) != 0)
        {
            throw file.Damaged("its numbers are big-endian, and little-endian ones are expected");
        }

        foreach (FlatTable pair in schema.Tables(2))
        {
            RequireSame(pair, FingerprintKey, layout.Manifest.Fingerprint, file);
            RequireSame(pair, ShapeKey, ShapeText(layout.Manifest.Shape), file);
        }

        ArrowField[] fields = [.. schema.Tables(1).Select(field => FieldOf(field, layout, file))];
        for (int column = 0; column < layout.Columns.Count; column++)
        {
            int times = fields.Count(field => field.Column == column);
            if (times > 1 || (times == 0 && !layout.Columns[column].Optional))
            {
                throw file.Damaged($"column '{layout.Columns[column].Name}' ({layout.Columns[column].Expected}) must be there once, but is there {times} times");
            }
        }

        return fields;
    }

    public static string ShapeText(long[] shape) => $"[{string.Join(", ", shape)}]";

    private static void RequireSame(FlatTable pair, string key, string expected, MappedFile file)
    {
        if (pair.Text(0) == key && pair.Text(1) != expected)
        {
            throw file.Damaged($"it says that its {key} is '{pair.Text(1)}', but the store has '{expected}'");
        }
    }

    private static ArrowField FieldOf(FlatTable field, StoreLayout layout, MappedFile file)
    {
        string name = field.Text(0);
        int index = layout.Columns.Select((column, place) => (column, place)).FirstOrDefault(pair => pair.column.Name == name, (null!, -1)).place;
        if (index < 0)
        {
            throw file.Damaged($"it has a column '{name}', and the store has only {string.Join(", ", layout.Columns.Select(column => column.Name))}");
        }

        Column column = layout.Columns[index];
        bool isList = field.Value<byte>(2) == FixedSizeList;
        FlatTable[] children = isList ? field.Tables(5) : [];
        FlatTable numbers = children.Length == 1 ? children[0] : field;
        int elements = isList ? field.Table(3)?.Value<int>(0) ?? 0 : 1;
        if (NumberOf(numbers) is { } type && elements == column.Elements && column.Accepted.Contains(type) && !field.Has(4) && !numbers.Has(4) && (!isList || children.Length == 1))
        {
            return new(index, type, isList);
        }

        throw file.Damaged($"column '{name}' must be {column.Expected}, but is {(isList ? $"fixed_size_list[{elements}] of " : string.Empty)}{Describe(numbers)}{(field.Has(4) || numbers.Has(4) ? " by dictionary" : string.Empty)}");
    }

    private static ElementType? NumberOf(FlatTable field) => (field.Value<byte>(2), field.Table(3)) switch
    {
        (Int, { } type) => (type.Value<int>(0), type.Value<byte>(1) != 0) switch
        {
            (8, true) => ElementType.Int8,
            (16, true) => ElementType.Int16,
            (32, true) => ElementType.Int32,
            (64, true) => ElementType.Int64,
            (8, false) => ElementType.UInt8,
            (16, false) => ElementType.UInt16,
            (32, false) => ElementType.UInt32,
            (64, false) => ElementType.UInt64,
            _ => null,
        },
        (FloatingPoint, { } type) => type.Value<short>(0) switch { 0 => ElementType.Float16, 1 => ElementType.Float32, _ => null },
        _ => null,
    };

    private static string Describe(FlatTable field) =>
        NumberOf(field)?.ToString().ToLowerInvariant() ?? string.Create(CultureInfo.InvariantCulture, $"something else (type {field.Value<byte>(2)} of the Arrow format)");
}
