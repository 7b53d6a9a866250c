namespace Distillation;

/// <summary>Samples in memory: a tensor of inputs and, where there are any, one of labels.</summary>
/// <remarks>
/// <para>A batch is gathered with one <c>index_select</c> for each tensor.</para>
/// <para>Tensors that it is given stay the caller's; those that it makes, from rows or columns, it disposes.</para>
/// </remarks>
public sealed class TensorData : IDataSource, IDisposable
{
    private readonly bool _owns;

    /// <summary>Takes samples.</summary>
    /// <param name="inputs">What the models see, [N, ...].</param>
    /// <param name="labels">Class ids [N] of an integer type, probabilities [N, C], targets [N, ...]; or nothing. On the device of the inputs.</param>
    /// <exception cref="ArgumentException">There is no sample, or not one label for each.</exception>
    public TensorData(Tensor inputs, Tensor? labels = null)
        : this(inputs, labels, owns: false)
    {
    }

    private TensorData(Tensor inputs, Tensor? labels, bool owns)
    {
        Inputs = Require.Present(inputs);
        Labels = labels;
        _owns = owns;
        if (inputs.dim() == 0 || inputs.size(0) == 0)
        {
            throw new ArgumentException($"Inputs must be [N, ...] with at least one sample, but are {Shapes.Of(inputs)}.", nameof(inputs));
        }

        Count = inputs.size(0);
        if (labels is not null && (labels.dim() == 0 || labels.size(0) != Count))
        {
            throw new ArgumentException(
                $"There must be one label for each of the {Count} inputs {Shapes.Of(inputs)}, but the labels are {Shapes.Of(labels)}.", nameof(labels));
        }

        if (labels is not null && (labels.device_type != inputs.device_type || labels.device_index != inputs.device_index))
        {
            throw new ArgumentException($"Inputs and labels must be on one device, but are on {inputs.device} and {labels.device}.", nameof(labels));
        }
    }

    /// <summary>Gets what the models see, [N, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the labels: class ids [N], probabilities [N, C], targets; or nothing.</summary>
    public Tensor? Labels { get; }

    /// <inheritdoc/>
    public long Count { get; }

    /// <summary>Creates samples of the rows of a table.</summary>
    /// <param name="rows">One sample a row, all of the same length F, all finite; become inputs [N, F] float32.</param>
    /// <param name="labels">A class id for each row, from 0; become labels [N] int64.</param>
    /// <returns>The samples; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// Rows differ in length, a value is not finite, or a label is missing or negative; the message names the row.
    /// </exception>
    public static TensorData FromRows(IReadOnlyList<float[]> rows, IReadOnlyList<long>? labels = null)
    {
        Require.Present(rows);
        int features = rows.Count == 0 ? 0 : Require.Present(rows[0]).Length;
        var values = new float[rows.Count * features];
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows[row]?.Length != features)
            {
                throw new ArgumentException(
                    $"All rows must have the {features} values of the first, but row {row} has {rows[row]?.Length ?? 0}.", nameof(rows));
            }

            rows[row].CopyTo(values, row * features);
        }

        return FromTable(values, rows.Count, features, ClassIds(labels, rows.Count), nameof(rows));
    }

    /// <summary>Creates samples of the columns of a table.</summary>
    /// <param name="columns">One feature a column, F of them, all with one value for each sample, all finite; become inputs [N, F] float32.</param>
    /// <param name="labels">A class id for each sample, from 0; become labels [N] int64.</param>
    /// <returns>The samples; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// Columns differ in length, a value is not finite, or a label is missing or negative; the message names the place.
    /// </exception>
    public static TensorData FromColumns(IReadOnlyList<float[]> columns, IReadOnlyList<long>? labels = null)
    {
        Require.Present(columns);
        int samples = columns.Count == 0 ? 0 : Require.Present(columns[0]).Length;
        var values = new float[samples * columns.Count];
        for (int column = 0; column < columns.Count; column++)
        {
            if (columns[column]?.Length != samples)
            {
                throw new ArgumentException(
                    $"All columns must have the {samples} values of the first, but column {column} has {columns[column]?.Length ?? 0}.", nameof(columns));
            }

            for (int row = 0; row < samples; row++)
            {
                values[(row * columns.Count) + column] = columns[column][row];
            }
        }

        return FromTable(values, samples, columns.Count, ClassIds(labels, samples), nameof(columns));
    }

    /// <inheritdoc/>
    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        Tensor there = Inputs.device_type == indices.device_type ? indices : indices.to(Inputs.device);
        return new Batch(Inputs.index_select(0, there), Labels?.index_select(0, there), indices);
    }

    /// <summary>Disposes the tensors, if the data made them.</summary>
    public void Dispose()
    {
        if (_owns)
        {
            Inputs.Dispose();
            Labels?.Dispose();
        }
    }

    /// <summary>Creates a source that owns its tensors: disposing it disposes them.</summary>
    /// <param name="inputs">[N, ...]; it is detached from its dispose scope.</param>
    /// <param name="labels">[N, ...], or <see langword="null"/>; it is detached from its dispose scope.</param>
    /// <returns>The source; the caller disposes it.</returns>
    public static TensorData Owning(Tensor inputs, Tensor? labels) =>
        new(Require.Present(inputs).DetachFromDisposeScope(), labels?.DetachFromDisposeScope(), owns: true);

    private static TensorData FromTable(float[] values, int samples, int features, long[]? labels, string argument)
    {
        if (samples == 0 || features == 0)
        {
            throw new ArgumentException($"A table must have at least one sample and one feature, but has {samples} and {features}.", argument);
        }

        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        if (wrong >= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"All values must be finite, but row {wrong / features}, column {wrong % features} is {values[wrong]}. Fill or leave out what is missing."),
                argument);
        }

        return Owning(torch.tensor(values, [samples, features]), labels is null ? null : torch.tensor(labels));
    }

    private static long[]? ClassIds(IReadOnlyList<long>? labels, int samples)
    {
        if (labels is null)
        {
            return null;
        }

        if (labels.Count != samples)
        {
            throw new ArgumentException($"There must be one label for each of the {samples} samples, but there are {labels.Count}.", nameof(labels));
        }

        long[] ids = [.. labels];
        int wrong = Array.FindIndex(ids, id => id < 0);
        return wrong < 0 ? ids : throw new ArgumentException($"Class ids must be zero or positive, but sample {wrong} has {ids[wrong]}.", nameof(labels));
    }
}
