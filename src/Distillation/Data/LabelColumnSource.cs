namespace Distillation.Data;

/// <summary>Another source with one column of its labels.</summary>
internal sealed class LabelColumnSource(IDataSource source, int column) : IDataSource
{
    public long Count => source.Count;

    public IReadOnlyList<int>? Lengths => source.Lengths;

    public Batch Read(Tensor indices)
    {
        Batch batch = source.Read(indices);
        return batch.With(labels: Select(batch.RequireLabels(), column));
    }

    /// <summary>Selects a column of labels [N, L] or [N, T, L]: [N] or [N, T].</summary>
    /// <exception cref="InvalidOperationException">There is no such column.</exception>
    public static Tensor Select(Tensor labels, int column) => labels.dim() >= 2 && column < labels.size(-1)
        ? labels.select(-1, column)
        : throw new InvalidOperationException(
            $"Labels must be [N, L] or [N, T, L] with L > {column} to have a column {column}, but are {Shapes.Of(labels)}.");
}
