namespace Distillation.Tables;

/// <summary>How a CSV file is read.</summary>
public sealed record CsvTableOptions
{
    private static readonly string[] DefaultMissing = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];

    /// <summary>Gets the character between fields, of ASCII.</summary>
    /// <value>The default is a comma.</value>
    public char Delimiter
    {
        get;
        init => field = value is '"' or '\r' or '\n' || !char.IsAscii(value)
            ? throw new ArgumentOutOfRangeException(
                nameof(Delimiter), value, $"{nameof(Delimiter)} must be an ASCII character, but no quote and no line break.")
            : value;
    } = ',';

    /// <summary>Gets the character between whole and decimal digits. Digits are not grouped.</summary>
    /// <value>The default is a point; the culture of the machine does not matter.</value>
    public char DecimalSeparator
    {
        get;
        init => field = value is '.' or ','
            ? value
            : throw new ArgumentOutOfRangeException(nameof(DecimalSeparator), value, $"{nameof(DecimalSeparator)} must be '.' or ','.");
    } = '.';

    /// <summary>Gets the names of the columns of a file without a header.</summary>
    /// <value>The default is <see langword="null"/>: the first line has them.</value>
    public IReadOnlyList<string>? ColumnNames { get; init => field = value is null ? null : [.. value]; }

    /// <summary>Gets the kinds of columns by their names, such as <c>["zip"] = TableColumnKind.Category</c> for numbers that are names.</summary>
    /// <value>The default is none: a column is of the kind that all its values have, and refused where they have several.</value>
    public IReadOnlyDictionary<string, TableColumnKind> Kinds { get; init => field = Require.Present(value).ToDictionary(); } =
        new Dictionary<string, TableColumnKind>();

    /// <summary>Gets the fields that stand for a missing value, exactly.</summary>
    /// <value>The default is the empty field, NA, N/A, NaN, nan, null and NULL; pandas has some more.</value>
    public IReadOnlyList<string> MissingValues { get; init => field = [.. Require.Present(value)]; } = DefaultMissing;
}
