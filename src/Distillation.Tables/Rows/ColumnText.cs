using System.Globalization;

namespace Distillation.Tables.Rows;

/// <summary>Columns from text. A missing value is <see langword="null"/>.</summary>
internal static class ColumnText
{
    private static readonly string[] DateForms =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    /// <summary>Makes a column of the kind that all values have.</summary>
    /// <exception cref="InvalidDataException">The values are of several kinds, or all missing.</exception>
    public static TableColumn Infer(string name, string?[] values, NumberFormatInfo format)
    {
        int first = Array.FindIndex(values, value => value is not null);
        if (first < 0)
        {
            throw new InvalidDataException($"Column '{name}' must have a value or a stated kind, but all {values.Length} values are missing.");
        }

        TableColumnKind kind = KindOf(values[first]!, format);
        // Names come often, and to find that one is no number and no date takes long.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int other = Array.FindIndex(
            values,
            value => value is not null && (kind == TableColumnKind.Number ? Number(value, format) is null : seen.Add(value) && KindOf(value, format) != kind));
        return other < 0
            ? Of(name, values, kind, format)
            : throw new InvalidDataException(
                $"Column '{name}' must have values of one kind, or a stated kind, but row {first + 1} has the {Noun(kind)} '{values[first]}' "
                + $"and row {other + 1} the {Noun(KindOf(values[other]!, format))} '{values[other]}'.");
    }

    /// <summary>Makes a column of a stated kind.</summary>
    /// <exception cref="InvalidDataException">A value is none of the kind.</exception>
    public static TableColumn Of(string name, string?[] values, TableColumnKind kind, NumberFormatInfo format) => kind switch
    {
        TableColumnKind.Number => TableColumn.OfNumbers(name, Numbers(name, values, format)),
        TableColumnKind.Boolean => TableColumn.OfBooleans(name, Booleans(name, values)),
        TableColumnKind.Date => TableColumn.OfDates(name, values.Length),
        _ => TableColumn.OfCategories(name, values),
    };

    /// <exception cref="InvalidDataException">A value is no finite number.</exception>
    public static double[] Numbers(string name, string?[] values, NumberFormatInfo format)
    {
        var numbers = new double[values.Length];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = values[row] is not { } value ? double.NaN : Number(value, format) ?? throw Wrong(name, row, value, "finite numbers");
        }

        return numbers;
    }

    /// <exception cref="InvalidDataException">A value is no truth value.</exception>
    public static bool?[] Booleans(string name, string?[] values)
    {
        var truths = new bool?[values.Length];
        for (int row = 0; row < truths.Length; row++)
        {
            truths[row] = values[row] switch
            {
                null => null,
                "1" => true,
                "0" => false,
                { } value => Boolean(value) ?? throw Wrong(name, row, value, "true, false, 1 and 0 alone"),
            };
        }

        return truths;
    }

    private static TableColumnKind KindOf(string value, NumberFormatInfo format) =>
        Number(value, format) is not null ? TableColumnKind.Number
        : Boolean(value) is not null ? TableColumnKind.Boolean
        : DateTime.TryParseExact(value, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? TableColumnKind.Date
        : TableColumnKind.Category;

    private static double? Number(string value, NumberFormatInfo format) =>
        double.TryParse(value, NumberStyles.Float, format, out double number) && double.IsFinite(number) ? number : null;

    private static bool? Boolean(string value) =>
        value.Equals("true", StringComparison.OrdinalIgnoreCase) ? true : value.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null;

    private static InvalidDataException Wrong(string name, int row, string value, string what) =>
        new($"Column '{name}' must have {what}, but row {row + 1} has '{value}'.");

    private static string Noun(TableColumnKind kind) => kind switch
    {
        TableColumnKind.Number => "number",
        TableColumnKind.Boolean => "truth value",
        TableColumnKind.Date => "date",
        _ => "name",
    };
}
