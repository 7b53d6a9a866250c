namespace Distillation.Tables;

/// <summary>What is to be predicted: stated, never guessed from the values.</summary>
public sealed record TableTarget
{
    private TableTarget(TableTargetKind kind, IReadOnlyList<string> columns)
    {
        Kind = kind;
        Columns = [.. columns.Select(column => Require.Text(column, nameof(columns)))];
        Require.Positive(Columns.Count, nameof(columns));
        if (Columns.Distinct(StringComparer.Ordinal).Count() < Columns.Count)
        {
            throw new ArgumentException($"The columns must be distinct, but are {string.Join(", ", Columns)}.", nameof(columns));
        }
    }

    /// <summary>Gets the columns that hold it; they are no features.</summary>
    public IReadOnlyList<string> Columns { get; }

    internal TableTargetKind Kind { get; }

    /// <summary>States that a column of any kind but dates has the class: labels are class ids [N] int64.</summary>
    /// <param name="column">The name of the column. Ids follow the order of the values: of numbers by size, of names ordinal, false before true.</param>
    /// <returns>The target.</returns>
    public static TableTarget Class(string column) => new(TableTargetKind.Class, [column]);

    /// <summary>States that number columns have the targets of a regression: labels are [N, D] float32.</summary>
    /// <param name="columns">The names of D columns, at least one. Their values stay as they are.</param>
    /// <returns>The target.</returns>
    public static TableTarget Numbers(params IReadOnlyList<string> columns) => new(TableTargetKind.Numbers, columns);

    /// <summary>States that boolean columns, each true or false by itself, are several labels: they are 0 and 1 in [N, L] float32.</summary>
    /// <param name="columns">The names of L boolean columns, at least one.</param>
    /// <returns>The target.</returns>
    public static TableTarget Labels(params IReadOnlyList<string> columns) => new(TableTargetKind.Labels, columns);
}
