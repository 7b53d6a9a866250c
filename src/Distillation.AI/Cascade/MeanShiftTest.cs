namespace Distillation.AI;

/// <summary>A permutation test of the distance of the means of two groups of vectors.</summary>
internal static class MeanShiftTest
{
    /// <summary>
    /// Returns the Euclidean distance of the means, and the share of permutations, the observed one included, whose distance is at least as large.
    /// </summary>
    public static (double Distance, double PValue) Run(float[][] reference, float[][] window, int permutations, int seed)
    {
        float[][] all = [.. window, .. reference];
        double[] total = Sum(all, [.. Enumerable.Range(0, all.Length)]);
        double observed = Distance([.. Enumerable.Range(0, window.Length)]);
        var random = new SeededDraws(seed, "permutations");
        int asLarge = 1;
        for (int i = 0; i < permutations; i++)
        {
            // Rounding must not make a permutation of equal vectors smaller than what was observed.
            asLarge += Distance(random.Shuffled(all.Length).AsSpan(0, window.Length)) >= observed * (1 - 1e-9) ? 1 : 0;
        }

        return (observed, asLarge / (permutations + 1.0));

        double Distance(ReadOnlySpan<int> rows)
        {
            double[] sum = Sum(all, rows);
            double squares = 0;
            for (int i = 0; i < sum.Length; i++)
            {
                double difference = (sum[i] / rows.Length) - ((total[i] - sum[i]) / (all.Length - rows.Length));
                squares += difference * difference;
            }

            return Math.Sqrt(squares);
        }
    }

    private static double[] Sum(float[][] vectors, ReadOnlySpan<int> rows)
    {
        var sum = new double[vectors[0].Length];
        foreach (int row in rows)
        {
            float[] vector = vectors[row];
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += vector[i];
            }
        }

        return sum;
    }
}
