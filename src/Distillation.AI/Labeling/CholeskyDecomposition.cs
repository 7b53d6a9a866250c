namespace Distillation.AI;

/// <summary>A symmetric positive definite matrix as L Lᵀ, to solve equations with it.</summary>
internal sealed class CholeskyDecomposition
{
    private readonly double[][] _lower;

    public CholeskyDecomposition(double[][] matrix)
    {
        _lower = [.. matrix.Select(row => new double[row.Length])];
        for (int row = 0; row < matrix.Length; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                double rest = matrix[row][column];
                for (int k = 0; k < column; k++)
                {
                    rest -= _lower[row][k] * _lower[column][k];
                }

                _lower[row][column] = row == column ? Math.Sqrt(rest) : rest / _lower[column][column];
            }
        }
    }

    /// <summary>Returns the vector that the matrix maps to <paramref name="values"/>.</summary>
    public double[] Solve(double[] values)
    {
        double[] solution = [.. values];
        for (int row = 0; row < solution.Length; row++)
        {
            for (int k = 0; k < row; k++)
            {
                solution[row] -= _lower[row][k] * solution[k];
            }

            solution[row] /= _lower[row][row];
        }

        for (int row = solution.Length - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < solution.Length; k++)
            {
                solution[row] -= _lower[k][row] * solution[k];
            }

            solution[row] /= _lower[row][row];
        }

        return solution;
    }
}
