namespace Distillation.SmallData;

/// <summary>Weights of predictions, zero or positive with the sum 1, whose mean has the least squared error (stacked regressions; Breiman, 1996).</summary>
internal static class SimplexWeights
{
    private const int Rounds = 500;

    /// <summary>
    /// Finds the weights: each round moves weight from the prediction with the largest slope to that with the smallest (pairwise steps of Frank and Wolfe's
    /// method; Lacoste-Julien and Jaggi, 2015), as far as is best.
    /// </summary>
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
            int worst = Enumerable.Range(0, weights.Length).Where(k => weights[k] > 0).MaxBy(k => slopes[k]);
            double curvature = products[best][best] - (2 * products[best][worst]) + products[worst][worst];
            if (curvature <= 0 || slopes[worst] <= slopes[best])
            {
                break;
            }

            double step = Math.Min((slopes[worst] - slopes[best]) / curvature, weights[worst]);
            weights[best] += step;
            weights[worst] -= step;
        }

        return weights;
    }
}
