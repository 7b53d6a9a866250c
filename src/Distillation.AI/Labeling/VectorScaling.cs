namespace Distillation.AI;

/// <summary>Fits a scale and an offset for each label to rows of log-probabilities, by Newton's method with halved steps.</summary>
/// <remarks>
/// The cost, Σ −log softmax(w ∘ x + b)[y] + λ/2 · Σ ((w − 1)² + b²), is strictly convex. The penalty keeps it finite where labels are perfectly separated, and
/// the sum of the offsets, which no probability depends on, at zero.
/// </remarks>
internal static class VectorScaling
{
    private const int MostSteps = 100;

    public static CalibrationMap Fit(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, double penalty)
    {
        int classes = rows[0].Length;
        double[] weights = [.. Enumerable.Repeat(1.0, classes), .. new double[classes]];
        double cost = Cost(rows, labels, weights, penalty);
        for (int step = 0; step < MostSteps; step++)
        {
            double[] direction = Direction(rows, labels, weights, penalty);
            double length = 1;
            double[] next;
            double nextCost;
            while ((nextCost = Cost(rows, labels, next = Moved(weights, direction, length), penalty)) > cost && length > 1e-10)
            {
                length /= 2;
            }

            if (!(cost - nextCost > 1e-12 * Math.Abs(cost)))
            {
                break;
            }

            (weights, cost) = (next, nextCost);
        }

        return CalibrationMap.Diagonal(weights[..classes], weights[classes..]);
    }

    // softmax(w ∘ x + b).
    private static double[] Apply(double[] row, double[] weights)
    {
        double[] logits = [.. row.Select((value, k) => (weights[k] * value) + weights[row.Length + k])];
        double largest = logits.Max();
        double[] exponentials = [.. logits.Select(logit => Math.Exp(logit - largest))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(exponential => exponential / sum)];
    }

    private static double[] Moved(double[] weights, double[] direction, double length) =>
        [.. weights.Select((weight, i) => weight - (length * direction[i]))];

    private static double Cost(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, double[] weights, double penalty)
    {
        double cost = penalty / 2 * weights.Select((weight, i) => Math.Pow(FromStart(weight, i, weights.Length / 2), 2)).Sum();
        for (int i = 0; i < rows.Count; i++)
        {
            cost -= Math.Log(Math.Max(Apply(rows[i], weights)[labels[i]], double.Epsilon));
        }

        return cost;
    }

    private static double FromStart(double weight, int index, int classes) => index < classes ? weight - 1 : weight;

    // The inverse of the Hessian times the gradient.
    private static double[] Direction(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, double[] weights, double penalty)
    {
        int size = weights.Length;
        int classes = size / 2;
        double[] gradient = [.. weights.Select((weight, i) => penalty * FromStart(weight, i, classes))];
        double[][] hessian = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        for (int i = 0; i < size; i++)
        {
            hessian[i][i] = penalty;
        }

        for (int row = 0; row < rows.Count; row++)
        {
            double[] inputs = [.. rows[row], .. Enumerable.Repeat(1.0, classes)];
            double[] probabilities = Apply(rows[row], weights);
            for (int i = 0; i < size; i++)
            {
                int k = i % classes;
                gradient[i] += (probabilities[k] - (labels[row] == k ? 1 : 0)) * inputs[i];
                for (int j = 0; j < size; j++)
                {
                    int l = j % classes;
                    hessian[i][j] += probabilities[k] * ((k == l ? 1 : 0) - probabilities[l]) * inputs[i] * inputs[j];
                }
            }
        }

        return new CholeskyDecomposition(hessian).Solve(gradient);
    }
}
