namespace Distillation.AI;

/// <summary>Fits a matrix and offsets to rows of log-probabilities.</summary>
/// <remarks>
/// The cost, Σ −log softmax(W x + b)[y] + λ/2 · (‖W − I‖² + ‖b‖²), is strictly convex. Its Hessian is at most ½ I ⊗ Σ x xᵀ + λ I (Böhning, "Multinomial
/// Logistic Regression Algorithm", 1992), so that steps by the inverse of that bound never raise the cost; one decomposition serves all of them.
/// </remarks>
internal static class MatrixScaling
{
    private const int MostSteps = 2000;

    public static CalibrationMap Fit(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels, double penalty)
    {
        int classes = rows[0].Length;
        double[][] inputs = [.. rows.Select(row => (double[])[.. row, 1])];
        double[][] bound = Bound(inputs, penalty);
        CholeskyDecomposition decomposition = new(bound);
        CalibrationMap map = CalibrationMap.Diagonal([.. Enumerable.Repeat(1.0, classes)], new double[classes]);
        double cost = double.PositiveInfinity;
        for (int step = 0; step < MostSteps; step++)
        {
            (double next, double[][] gradient) = Evaluate(map, rows, inputs, labels, penalty);
            if (!(cost - next > 1e-10 * Math.Abs(next)))
            {
                break;
            }

            cost = next;
            map = Moved(map, [.. gradient.Select(decomposition.Solve)]);
        }

        return map;
    }

    // ½ Σ x xᵀ + λ I.
    private static double[][] Bound(double[][] inputs, double penalty)
    {
        int size = inputs[0].Length;
        double[][] bound = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                bound[i][j] = (inputs.Sum(input => input[i] * input[j]) / 2) + (i == j ? penalty : 0);
            }
        }

        return bound;
    }

    // The cost and its gradient, a row of [W, b] for each label.
    private static (double Cost, double[][] Gradient) Evaluate(
        CalibrationMap map, IReadOnlyList<double[]> rows, double[][] inputs, IReadOnlyList<int> labels, double penalty)
    {
        double[][] gradient = [.. map.Weights.Select((weights, label) => (double[])[
            .. weights.Select((weight, column) => penalty * (weight - (column == label ? 1 : 0))), penalty * map.Offsets[label]])];
        double cost = gradient.Sum(row => row.Sum(value => value * value)) / (2 * penalty);
        for (int row = 0; row < rows.Count; row++)
        {
            double[] probabilities = map.Apply(rows[row]);
            cost -= Math.Log(Math.Max(probabilities[labels[row]], double.Epsilon));
            for (int label = 0; label < probabilities.Length; label++)
            {
                double error = probabilities[label] - (labels[row] == label ? 1 : 0);
                for (int column = 0; column < inputs[row].Length; column++)
                {
                    gradient[label][column] += error * inputs[row][column];
                }
            }
        }

        return (cost, gradient);
    }

    private static CalibrationMap Moved(CalibrationMap map, double[][] steps) => new(
        [.. map.Weights.Zip(steps, (weights, step) => weights.Zip(step, (weight, change) => weight - change).ToArray())],
        [.. map.Offsets.Zip(steps, (offset, step) => offset - step[^1])]);
}
