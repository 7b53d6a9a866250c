namespace Distillation.Evaluation;

/// <summary>A mean over rows as a state: the sum of the values and the number of rows, [2] float64.</summary>
internal static class Shares
{
    /// <param name="values">A number or a boolean for each row, [R].</param>
    public static Tensor State(Tensor values) => Sums(values.to(torch.ScalarType.Float64).sum(), values.size(0));

    public static Tensor Sums(Tensor sum, long count) => torch.stack([sum, KeptAliveScalar.FullLike(sum, count)]);

    /// <returns>The mean; NaN of no rows.</returns>
    public static double Of(Tensor state)
    {
        double[] sums = Numbers(state);
        return sums[0] / sums[1];
    }

    public static double[] Numbers(Tensor state)
    {
        using Tensor there = state.cpu().to(torch.ScalarType.Float64);
        return [.. there.data<double>()];
    }
}
