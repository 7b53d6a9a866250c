namespace Distillation.Evaluation;

/// <summary>Embeddings [R, D] and the class id of each, [R]: two samples with the same id are relevant to each other.</summary>
public sealed class EmbeddingRows
{
    private EmbeddingRows(Tensor embeddings, Tensor labels) => (Embeddings, Labels) = (embeddings, labels);

    /// <summary>Gets the embeddings, [R, D] float64, of L2 norm 1. One of zeros has no direction, and is refused as NaN is.</summary>
    public Tensor Embeddings { get; }

    /// <summary>Gets the class id of each row, [R] int64.</summary>
    public Tensor Labels { get; }

    /// <summary>Gets the number of rows that count, R.</summary>
    public long Count => Labels.size(0);

    internal static EmbeddingRows Of(MetricInput input)
    {
        (Tensor output, Tensor labels) = (input.Output, input.Labels);
        if (output.dim() != 2 || !torch.is_integral(labels) || labels.dim() != 1)
        {
            throw new ArgumentException(
                $"Retrieval needs embeddings [N, D] and class ids [N] of an integer type, but the output is {Shapes.Of(output)} and the labels are "
                + $"{Shapes.Of(labels)} {labels.dtype}.",
                nameof(input));
        }

        Tensor ids = labels.to(torch.ScalarType.Int64);
        var rows = new OutputRows(input, input.IgnoredLabel is { } ignored ? ids.Eq(ignored) : null);
        Tensor embeddings = output.to(torch.ScalarType.Float64);
        embeddings /= embeddings.norm(1, keepdim: true, p: 2f);

        // An embedding of zeros has no direction.
        _ = rows.LeaveOut(rows.Kept(embeddings).isfinite().all(1));
        return new(rows.Kept(embeddings), rows.Kept(ids));
    }
}
