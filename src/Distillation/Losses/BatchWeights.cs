namespace Distillation.Losses;

/// <summary>Weights of batches in means, where the parts of a loss may take means over different numbers of rows.</summary>
internal static class BatchWeights
{
    /// <summary>The weight of several parts together: the mean of theirs, so that the weights of micro-batches add up to that of the whole.</summary>
    /// <returns><see langword="null"/>, the number of samples, where that is the weight of every part.</returns>
    public static Tensor? Mean(IReadOnlyList<Tensor?> weights, Batch batch)
    {
        if (weights.All(static weight => weight is null))
        {
            return null;
        }

        Tensor[] known = [.. weights.OfType<Tensor>()];
        return known.Select(weight => weight.to(torch.ScalarType.Float64))
            .Aggregate(TensorArithmetic.Add)
            .Add((double)(weights.Count - known.Length) * batch.Count)
            .Div(weights.Count);
    }

    /// <summary>The part that a micro-batch has of the whole batch's weight.</summary>
    /// <param name="batch">A micro-batch.</param>
    /// <param name="weigh">Computes the weight of the micro-batch, and of the whole.</param>
    /// <returns>A scalar; <see langword="null"/> where it is the part of the samples.</returns>
    public static Tensor? Share(Batch batch, Func<Batch, Tensor?> weigh) =>
        weigh(batch) is { } own && weigh(batch.Whole!) is { } whole ? own / whole.MaskedFill(whole.Eq(0), 1) : null;

    /// <summary>The part of an update that a batch is.</summary>
    /// <returns>A float64 scalar; <see langword="null"/> for a batch that is no micro-batch.</returns>
    public static Tensor? Share(IDistillationLoss loss, DistillationContext context)
    {
        if (context.Batch.Whole is not { } whole)
        {
            return null;
        }

        using var noGradient = torch.no_grad();
        return Share(context.Batch, batch => loss.GetWeight(batch, context.Student))
            ?? KeptAliveScalar.Full([], (double)context.Batch.Count / whole.Count, torch.ScalarType.Float64, context.Student.Device);
    }

    /// <summary>How many times larger the share of one part is than that of all parts together, by which the part counts in a mean of all of them.</summary>
    /// <param name="part">The share of the part; that of the samples if not given.</param>
    /// <param name="all">The share of all parts together.</param>
    /// <param name="batch">The micro-batch.</param>
    public static Tensor Ratio(Tensor? part, Tensor all, Batch batch)
    {
        Tensor divisor = all.MaskedFill(all.Eq(0), 1);
        return part is null ? divisor.reciprocal().Mul((double)batch.Count / batch.Whole!.Count) : part / divisor;
    }
}
