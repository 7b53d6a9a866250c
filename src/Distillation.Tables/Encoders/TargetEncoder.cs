using System.Text.Json;

namespace Distillation.Tables.Encoders;

/// <summary>Makes labels of the columns of the target.</summary>
internal sealed class TargetEncoder
{
    private readonly TableTarget _target;
    private readonly string[] _classes;

    private TargetEncoder(TableTarget target, string[] classes) => (_target, _classes) = (target, classes);

    public IReadOnlyList<string> Columns => _target.Columns;

    /// <summary>Gets the names of the classes by their ids; empty where labels are no classes.</summary>
    public IReadOnlyList<string> ClassNames => _classes;

    /// <exception cref="ArgumentException">A column is missing or of another kind, or a value is missing.</exception>
    public static TargetEncoder Fit(TableData rows, TableTarget target)
    {
        foreach (string name in target.Columns)
        {
            RequireKind(rows.Column(name), target.Kind);
        }

        return new(target, target.Kind == TableTargetKind.Class ? ClassesOf(rows.Column(target.Columns[0])) : []);
    }

    /// <exception cref="ArgumentException">A column is missing or of another kind, a value is missing, or a class is unknown.</exception>
    public Tensor Encode(TableData rows)
    {
        TableColumn[] columns = [.. _target.Columns.Select(rows.Column)];
        foreach (TableColumn column in columns)
        {
            RequireKind(column, _target.Kind);
        }

        return _target.Kind == TableTargetKind.Class ? torch.tensor(Ids(columns[0])) : Numbers(columns, rows.RowCount);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("kind", _target.Kind.ToString());
        WriteTexts(json, "columns", _target.Columns);
        WriteTexts(json, "classes", _classes);
    }

    public static TargetEncoder Read(JsonElement json)
    {
        string[] columns = Texts(json.GetProperty("columns"));
        string[] classes = Texts(json.GetProperty("classes"));
        TableTarget target = json.GetProperty("kind").GetString() switch
        {
            nameof(TableTargetKind.Class) => TableTarget.Class(columns[0]),
            nameof(TableTargetKind.Numbers) => TableTarget.Numbers(columns),
            nameof(TableTargetKind.Labels) => TableTarget.Labels(columns),
            string other => throw new FormatException($"'{other}' is no kind of target."),
            null => throw new FormatException("The target has no kind."),
        };
        return (target.Kind == TableTargetKind.Class) == (classes.Length > 0)
            ? new(target, classes)
            : throw new FormatException("The classes do not fit the target.");
    }

    private static string[] ClassesOf(TableColumn column)
    {
        RequirePresent(column);
        IEnumerable<int> rows = Enumerable.Range(0, column.Count);
        return column.Numbers is { } numbers
            ? [.. rows.DistinctBy(row => numbers[row]).OrderBy(row => numbers[row]).Select(row => column.TextOf(row)!)]
            : [.. column.Names!.Select(name => name!).Distinct().Order(StringComparer.Ordinal)];
    }

    private static Tensor Numbers(TableColumn[] columns, int rows)
    {
        var values = new float[rows * columns.Length];
        for (int column = 0; column < columns.Length; column++)
        {
            RequirePresent(columns[column]);
            for (int row = 0; row < rows; row++)
            {
                values[(row * columns.Length) + column] = (float)columns[column].Numbers![row];
            }
        }

        return torch.tensor(values, [rows, columns.Length]);
    }

    private static void RequireKind(TableColumn column, TableTargetKind kind)
    {
        bool fits = kind switch
        {
            TableTargetKind.Class => column.Kind != TableColumnKind.Date,
            TableTargetKind.Numbers => column.Kind == TableColumnKind.Number,
            _ => column.Kind == TableColumnKind.Boolean,
        };
        if (!fits)
        {
            string what = kind switch { TableTargetKind.Class => "names, numbers or truth values", TableTargetKind.Numbers => "numbers", _ => "truth values" };
            throw new ArgumentException($"Column '{column.Name}' of the target must have {what}, but is of kind {column.Kind}.", nameof(column));
        }
    }

    private static void RequirePresent(TableColumn column)
    {
        int missing = Enumerable.Range(0, column.Count).FirstOrDefault(column.IsMissing, -1);
        if (missing >= 0)
        {
            throw new ArgumentException($"Column '{column.Name}' of the target must have no missing value, but row {missing + 1} misses it.", nameof(column));
        }
    }

    private long[] Ids(TableColumn column)
    {
        RequirePresent(column);
        Dictionary<string, long> ids = _classes.Select((name, id) => KeyValuePair.Create(name, (long)id)).ToDictionary(StringComparer.Ordinal);
        return
        [
            .. Enumerable.Range(0, column.Count).Select(row => ids.TryGetValue(column.TextOf(row)!, out long id)
                ? id
                : throw new ArgumentException(
                    $"Column '{column.Name}' must have one of the classes {string.Join(", ", _classes)}, but row {row + 1} has '{column.TextOf(row)}'.",
                    nameof(column))),
        ];
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string[] Texts(JsonElement array) =>
        [.. array.EnumerateArray().Select(text => text.GetString() ?? throw new FormatException("A name is null."))];
}
