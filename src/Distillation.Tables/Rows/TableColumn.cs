using System.Globalization;
using Distillation.Tables.Rows;

namespace Distillation.Tables;

/// <summary>A column of a <see cref="TableData"/>: its name, its kind and its values, some of which may be missing.</summary>
public sealed class TableColumn
{
    private TableColumn(string name, TableColumnKind kind, int count) => (Name, Kind, Count) = (Require.Text(name), kind, count);

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets what the values are.</summary>
    public TableColumnKind Kind { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Count { get; }

    /// <summary>Gets the numbers of a number column, and 0 and 1 of a boolean one; a missing value is NaN.</summary>
    internal double[]? Numbers { get; private init; }

    /// <summary>Gets the names of a category column; a missing one is <see langword="null"/>.</summary>
    internal string?[]? Names { get; private init; }

    /// <summary>Creates a column of numbers.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">A finite number for each row, or NaN where it is missing.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">A value is infinite; the message has its row.</exception>
    public static TableColumn OfNumbers(string name, IReadOnlyList<double> values)
    {
        double[] numbers = [.. Require.Present(values)];
        int wrong = Array.FindIndex(numbers, double.IsInfinity);
        return wrong < 0
            ? new(name, TableColumnKind.Number, numbers.Length) { Numbers = numbers }
            : throw new ArgumentException($"Numbers of column '{name}' must be finite, or NaN where missing, but row {wrong + 1} is infinite.", nameof(values));
    }

    /// <summary>Creates a column of names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">A name for each row, or <see langword="null"/> where it is missing.</param>
    /// <returns>The column.</returns>
    public static TableColumn OfCategories(string name, IReadOnlyList<string?> values) =>
        new(name, TableColumnKind.Category, Require.Present(values).Count) { Names = [.. values] };

    /// <summary>Creates a column of truth values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">A value for each row, or <see langword="null"/> where it is missing.</param>
    /// <returns>The column.</returns>
    public static TableColumn OfBooleans(string name, IReadOnlyList<bool?> values) =>
        new(name, TableColumnKind.Boolean, Require.Present(values).Count)
        {
            Numbers = [.. values.Select(value => value is not { } known ? double.NaN : known ? 1 : 0)],
        };

    /// <summary>Creates a column of dates, whose values are not kept.</summary>
    internal static TableColumn OfDates(string name, int count) => new(name, TableColumnKind.Date, count);

    /// <summary>The same values as another kind.</summary>
    /// <exception cref="InvalidDataException">A value is none of the kind.</exception>
    internal TableColumn As(TableColumnKind kind) => (Kind, kind) switch
    {
        (_, _) when Kind == kind => this,
        (_, TableColumnKind.Date) => OfDates(Name, Count),
        (TableColumnKind.Date, _) => throw new InvalidDataException($"The values of column '{Name}' are dates, which are not kept: it can be no {kind}."),
        (TableColumnKind.Category, TableColumnKind.Number) => OfNumbers(Name, ColumnText.Numbers(Name, Names!, CultureInfo.InvariantCulture.NumberFormat)),
        (TableColumnKind.Category, TableColumnKind.Boolean) => OfBooleans(Name, ColumnText.Booleans(Name, Names!)),
        (TableColumnKind.Boolean, TableColumnKind.Number) => OfNumbers(Name, Numbers!),
        (TableColumnKind.Number, TableColumnKind.Boolean) => AsBoolean(Numbers!),
        _ => OfCategories(Name, [.. Enumerable.Range(0, Count).Select(TextOf)]),
    };

    private TableColumn AsBoolean(double[] numbers)
    {
        int wrong = Array.FindIndex(numbers, number => number is not (0 or 1) && !double.IsNaN(number));
        return wrong < 0
            ? new(Name, TableColumnKind.Boolean, Count) { Numbers = numbers }
            : throw new InvalidDataException(FormattableString.Invariant(
                $"Column '{Name}' must have 0 and 1 alone to be boolean, but row {wrong + 1} has {numbers[wrong]}."));
    }

    /// <summary>A value as text, or <see langword="null"/> where it is missing.</summary>
    internal string? TextOf(int row) => Names is not null ? Names[row]
        : double.IsNaN(Numbers![row]) ? null
        : Kind == TableColumnKind.Boolean ? (Numbers[row] == 1 ? "true" : "false")
        : Numbers[row].ToString("R", CultureInfo.InvariantCulture);

    internal bool IsMissing(int row) => Names is not null ? Names[row] is null : Numbers is not null && double.IsNaN(Numbers[row]);

    internal TableColumn Take(int[] rows) => new(Name, Kind, rows.Length)
    {
        Numbers = Numbers is null ? null : Array.ConvertAll(rows, row => Numbers[row]),
        Names = Names is null ? null : Array.ConvertAll(rows, row => Names[row]),
    };

    /// <summary>Puts parts of a column, all of one kind, one behind the other.</summary>
    internal static TableColumn Joined(IReadOnlyList<TableColumn> parts) => new(parts[0].Name, parts[0].Kind, parts.Sum(part => part.Count))
    {
        Numbers = parts[0].Numbers is null ? null : [.. parts.SelectMany(part => part.Numbers!)],
        Names = parts[0].Names is null ? null : [.. parts.SelectMany(part => part.Names!)],
    };

    internal int CountMissing() => Names?.Count(name => name is null) ?? Numbers?.Count(double.IsNaN) ?? 0;
}
