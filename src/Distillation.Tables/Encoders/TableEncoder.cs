using Distillation.Tables.Encoders;

namespace Distillation.Tables;

/// <summary>Makes inputs [N, F] and labels of tables, by what it measured on the training rows alone.</summary>
/// <remarks>
/// <para>
/// Features are in the order of the columns. A number is one feature, standardized; a name is one feature for each name in ordinal order, then one for missing
/// names if the training rows have any, and one for all others; a truth value is 0 or 1. A missing number is filled in and marked by a feature behind it.
/// </para>
/// <para>Save it with the model: a program at run time then makes the same inputs of its rows.</para>
/// </remarks>
public sealed partial class TableEncoder
{
    private readonly ColumnEncoder[] _columns;
    private readonly TargetEncoder? _target;

    private TableEncoder(ColumnEncoder[] columns, TargetEncoder? target)
    {
        _columns = columns;
        _target = target;
        Features = [.. columns.SelectMany(column => column.Features)];
    }

    /// <summary>Gets the features, F of them, in the order of the inputs' columns.</summary>
    /// <value><c>[.. encoder.Features.Select(feature => (ColumnKind)feature.Kind)]</c> are the kinds that generators of Distillation.SmallData take.</value>
    public IReadOnlyList<EncodedFeature> Features { get; }

    /// <summary>Gets the names of the classes, in the order of their ids; empty where the target is no class.</summary>
    public IReadOnlyList<string> ClassNames => _target?.ClassNames ?? [];

    /// <summary>Measures the training rows.</summary>
    /// <param name="trainingRows">The rows to learn from, and no others: test rows must not be among them.</param>
    /// <param name="options">How rows become inputs and labels; the defaults if not given.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentException">
    /// The options name a column that there is not; a column of the target is of another kind or misses a value; a feature has no value; or there is no
    /// feature.
    /// </exception>
    public static TableEncoder Fit(TableData trainingRows, TableEncoderOptions? options = null)
    {
        Require.Present(trainingRows);
        options ??= new();
        TargetEncoder? target = options.Target is null ? null : TargetEncoder.Fit(trainingRows, options.Target);
        HashSet<string> left = [.. options.Ignored.Select(name => trainingRows.Column(name).Name), .. target?.Columns ?? []];
        ColumnEncoder[] columns =
        [
            .. trainingRows.Columns
                .Where(column => column.Kind != TableColumnKind.Date && !left.Contains(column.Name))
                .Select(column => column.Kind == TableColumnKind.Category
                    ? (ColumnEncoder)CategoryEncoder.Fit(column, options)
                    : NumberEncoder.Fit(column, options)),
        ];
        return columns.Length > 0
            ? new(columns, target)
            : throw new ArgumentException("The table must have a column that is a feature, but all are dates, ignored or the target.", nameof(trainingRows));
    }

    /// <summary>Makes inputs and, if there is a target, labels.</summary>
    /// <param name="rows">A table with the columns that were measured; others are ignored.</param>
    /// <returns>
    /// Inputs [N, F] float32, and labels: class ids [N] int64, numbers [N, D] float32 or truth values [N, L] float32. The caller disposes it.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// A column is missing or of another kind, the target misses a value, or a class is unknown; the message has the row.
    /// </exception>
    public TensorData Transform(TableData rows)
    {
        using var scope = torch.NewDisposeScope();
        Tensor? labels = _target?.Encode(Require.Present(rows));
        return TensorData.Owning(TransformInputs(rows), labels);
    }

    /// <summary>Makes inputs of rows without a target, at run time.</summary>
    /// <param name="rows">A table with the columns of the features that were measured; others are ignored.</param>
    /// <returns>[N, F] float32, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another kind.</exception>
    public Tensor TransformInputs(TableData rows)
    {
        Require.Present(rows);
        float[] matrix = new float[checked(rows.RowCount * Features.Count)];
        int first = 0;
        foreach (ColumnEncoder encoder in _columns)
        {
            encoder.Encode(ColumnOf(rows, encoder), matrix, Features.Count, first);
            first += encoder.Features.Count;
        }

        return torch.tensor(matrix, [rows.RowCount, Features.Count]);
    }

    /// <summary>Describes the features and the classes.</summary>
    /// <returns>A few lines.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            $"{Features.Count} features of {_columns.Length} columns, {DescribeTarget()}",
            .. _columns.Select(column => $"  {column.Column}: {column.Kind}, {column.Features.Count} features"),
        ]);

    private string DescribeTarget() => _target is null ? "no target"
        : ClassNames.Count > 0 ? $"{ClassNames.Count} classes of '{_target.Columns[0]}'"
        : $"target {string.Join(", ", _target.Columns)}";

    // Of names that all are whole numbers, a file has a column of numbers: a column of the wrong kind is refused, and not converted.
    private static TableColumn ColumnOf(TableData rows, ColumnEncoder encoder)
    {
        TableColumn column = rows.Column(encoder.Column);
        return column.Kind == encoder.Kind
            ? column
            : throw new ArgumentException(
                $"Column '{column.Name}' must be of kind {encoder.Kind}, as in the training rows, but is of kind {column.Kind}. "
                + $"State its kind where it is read, or change it by {nameof(TableData.WithKind)}.",
                nameof(rows));
    }
}
