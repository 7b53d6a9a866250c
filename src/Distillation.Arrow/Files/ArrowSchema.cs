using System.Globalization;
using System.Text;

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

        RequireSame(schema, FingerprintKey, layout.Manifest.Fingerprint, file);
        RequireSame(schema, ShapeKey, Manifest.ShapeText(layout.Manifest.Shape), file);
        FlatVector found = schema.Tables(1);
        if (found.Count > layout.Columns.Count)
        {
            throw file.Damaged($"it has {found.Count} columns, and the store has only {Names(layout)}");
        }

        var fields = new ArrowField[found.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = FieldOf(schema.Bytes.Table(found[i]), layout, file);
        }

        for (int column = 0; column < layout.Columns.Count; column++)
        {
            int times = fields.Count(field => field.Column == column);
            if (times > 1 || (times == 0 && !layout.Columns[column].Optional))
            {
                throw file.Damaged(
                    $"column '{layout.Columns[column].Name}' ({layout.Columns[column].Expected}) must be there once, but is there {times} times");
            }
        }

        return fields;
    }

    private static void RequireSame(FlatTable schema, string key, string expected, MappedFile file)
    {
        ReadOnlySpan<byte> name = Encoding.UTF8.GetBytes(key);
        FlatVector pairs = schema.Tables(2);
        for (long i = 0; i < pairs.Count; i++)
        {
            FlatTable pair = schema.Bytes.Table(pairs[i]);
            if (pair.Text(0).SequenceEqual(name))
            {
                ReadOnlySpan<byte> value = pair.Text(1);
                if (!value.SequenceEqual(Encoding.UTF8.GetBytes(expected)))
                {
                    throw file.Damaged($"its {key} is '{Shown(value)}', but the store has '{expected}'");
                }

                return;
            }
        }
    }

    private static ArrowField FieldOf(FlatTable field, StoreLayout layout, MappedFile file)
    {
        ReadOnlySpan<byte> name = field.Text(0);
        int index = 0;
        while (index < layout.Columns.Count && !name.SequenceEqual(Encoding.UTF8.GetBytes(layout.Columns[index].Name)))
        {
            index++;
        }

        if (index == layout.Columns.Count)
        {
            throw file.Damaged($"it has a column '{Shown(name)}', and the store has only {Names(layout)}");
        }

        Column column = layout.Columns[index];
        bool isList = field.Value<byte>(2) == FixedSizeList;
        FlatVector children = isList ? field.Tables(5) : default;
        FlatTable numbers = children.Count == 1 ? field.Bytes.Table(children[0]) : field;
        int elements = isList ? field.Table(3)?.Value<int>(0) ?? 0 : 1;
        if (NumberOf(numbers) is { } type && elements == column.Elements && column.Accepted.Contains(type) && !field.Has(4) && !numbers.Has(4)
            && (!isList || children.Count == 1))
        {
            return new(index, type, isList);
        }

        throw file.Damaged(
            $"column '{column.Name}' must be {column.Expected}, but is {(isList ? $"fixed_size_list[{elements}] of " : string.Empty)}{Describe(numbers)}"
            + $"{(field.Has(4) || numbers.Has(4) ? " by dictionary" : string.Empty)}");
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

    private static string Names(StoreLayout layout) => string.Join(", ", layout.Columns.Select(column => column.Name));

    // A file may have a text as long as itself.
    private static string Shown(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text[..Math.Min(text.Length, 100)]);

    private static string Describe(FlatTable field) =>
        NumberOf(field)?.ToString().ToLowerInvariant()
        ?? string.Create(CultureInfo.InvariantCulture, $"something else (type {field.Value<byte>(2)} of the Arrow format)");
}
