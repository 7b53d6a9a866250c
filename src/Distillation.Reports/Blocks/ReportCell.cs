using System.Globalization;

namespace Distillation.Reports;

/// <summary>A cell of a table: a text or a number. Texts and numbers convert to it by themselves.</summary>
public readonly record struct ReportCell
{
    private readonly string? _text;
    private readonly double? _number;
    private readonly long? _count;

    private ReportCell(string? text = null, double? number = null, long? count = null)
    {
        _text = text;
        _number = number;
        _count = count;
    }

    /// <summary>
    /// Gets the text: a number with 4 significant digits, a whole number with all of its digits, both in the invariant culture; empty where there is nothing.
    /// </summary>
    public string Text => _text ?? _count?.ToString(CultureInfo.InvariantCulture) ?? (_number is { } number ? Brief.Of(number) : "");

    /// <summary>Gets the number with all of its digits.</summary>
    /// <value><see langword="null"/> for a text.</value>
    public double? Number => _number ?? _count;

    internal long? Count => _count;

    /// <summary>Makes a cell with a text.</summary>
    /// <param name="text">The text; <see langword="null"/> makes an empty cell.</param>
    public static implicit operator ReportCell(string? text) => new(text: text);

    /// <summary>Makes a cell with a number.</summary>
    /// <param name="number">Any number.</param>
    public static implicit operator ReportCell(double number) => new(number: number);

    /// <summary>Makes a cell with a whole number.</summary>
    /// <param name="count">Any number.</param>
    public static implicit operator ReportCell(long count) => new(count: count);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
