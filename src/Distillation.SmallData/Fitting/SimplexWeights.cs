namespace Distillation.SmallData;

/// <summary>Weights of predictions, zero or positive with the sum 1, whose mean has the least squared error (stacked regressions; Breiman, 1996).</summary>
internal static class SimplexWeights
{
    private const int Rounds = 500;

    /// <summary>Finds the weights by Frank and Wolfe's method (1956), whose steps are exact along each line.</summary>
    /// <param name="predictions">[K, N].</param>
    /// <param name="truth">[N].</param>
    public static double[] LeastSquares(Tensor predictions, Tensor truth)
    {
        using var scope = torch.NewDisposeScope();
        Tensor residuals = (predictions - truth).to(torch.ScalarType.Float64);
        long size = residuals.size(0);
        double[][] products = [.. residuals.matmul(residuals.t()).cpu().data<double>().ToArray().Chunk((int)size)];
        double[] weights = [.. Enumerable.Repeat(1.0 / size, (int)size)];
        for (int round = 0; round < Rounds; round++)
        {
            // The residual of the mean is a mean of residuals: its squared length is wᵀGw.
            double[] slopes = [.. products.Select(row => row.Zip(weights, (product, weight) => product * weight).Sum())];
            int best = Array.IndexOf(slopes, slopes.Min());
            double whole = slopes.Zip(weights, (slope, weight) => slope * weight).Sum();
            double curvature = whole - (2 * slopes[best]) + products[best][best];
            double step = curvature > 0 ? Math.Clamp((whole - slopes[best]) / curvature, 0, 1) : 0;
            if (step == 0)
            {
                break;
            }

            weights = [.. weights.Select((weight, k) => ((1 - step) * weight) + (k == best ? step : 0))];
        }

        return weights;
    }
}
