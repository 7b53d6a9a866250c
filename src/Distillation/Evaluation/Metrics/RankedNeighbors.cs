namespace Distillation.Evaluation;

/// <summary>For each embedding, which of its nearest neighbors have the same class.</summary>
internal static class RankedNeighbors
{
    // Rows whose similarities to all others are there at once.
    private const long Block = 1024;

    /// <summary>Puts embeddings and class ids into a state, [R, D + 1].</summary>
    public static Tensor State(EmbeddingRows rows) => torch.cat([rows.Embeddings, rows.Labels.unsqueeze(1).to(torch.ScalarType.Float64)], 1);

    /// <summary>Returns the mean of a score over the samples that have another one of their class; NaN where there is none.</summary>
    /// <param name="state">[R, D + 1].</param>
    /// <param name="k">How many neighbors are looked at.</param>
    /// <param name="score">
    /// From which of the nearest are relevant, [B, min(k, R − 1)] float64 of 0 and 1, and the number of all relevant ones, [B], to [B].
    /// </param>
    public static double Mean(Tensor state, int k, Func<Tensor, Tensor, Tensor> score)
    {
        (long rows, long dimensions) = (state.size(0), state.size(1) - 1);
        if (rows < 2)
        {
            return double.NaN;
        }

        (Tensor embeddings, Tensor labels) = (state.narrow(1, 0, dimensions), state.select(1, dimensions));
        (double sum, double count) = (0, 0);
        for (long start = 0; start < rows; start += Block)
        {
            using var scope = torch.NewDisposeScope();
            long size = Math.Min(Block, rows - start);
            Tensor self = KeptAliveScalar.Arange(start, start + size, torch.ScalarType.Int64, state.device).unsqueeze(1);
            Tensor similarity = embeddings.narrow(0, start, size).matmul(embeddings.t())
                .scatter_(1, self, KeptAliveScalar.FullLike(self, double.NegativeInfinity, state.dtype));
            Tensor same = labels.narrow(0, start, size).unsqueeze(1).eq(labels).to(torch.ScalarType.Float64);
            Tensor all = same.sum(1).Sub(1);
            Tensor nearest = similarity.topk((int)Math.Min(k, rows - 1), 1).indexes;
            Tensor counts = all.Gt(0);
            sum += score(same.gather(1, nearest), all).masked_select(counts).sum().item<double>();
            count += counts.sum().item<long>();
        }

        return sum / count;
    }
}
