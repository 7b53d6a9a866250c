namespace Distillation.Tests.Losses;

/// <summary>Arithmetic on rows of plain numbers: what references are written in.</summary>
internal static class RowsByHand
{
    /// <summary>The rows of a matrix.</summary>
    public static double[][] Of(Tensor matrix)
    {
        double[] numbers = Close.Numbers(matrix);
        int width = (int)matrix.size(-1);
        return [.. numbers.Chunk(width)];
    }

    public static double[] LogSoftmax(IReadOnlyList<double> row, double temperature = 1)
    {
        double most = row.Max();
        double sum = row.Sum(number => Math.Exp((number - most) / temperature));
        return [.. row.Select(number => ((number - most) / temperature) - Math.Log(sum))];
    }

    public static double[] Softmax(IReadOnlyList<double> row, double temperature = 1) => [.. LogSoftmax(row, temperature).Select(Math.Exp)];

    /// <summary>KL(softmax(teacher/T) ‖ softmax(student/T)).</summary>
    public static double Divergence(IReadOnlyList<double> student, IReadOnlyList<double> teacher, double temperature = 1)
    {
        double[] target = LogSoftmax(teacher, temperature);
        return target.Zip(LogSoftmax(student, temperature), (log, other) => Math.Exp(log) * (log - other)).Sum();
    }

    public static double CrossEntropy(IReadOnlyList<double> row, long label) => -LogSoftmax(row)[label];

    public static double SquaredDistance(IReadOnlyList<double> one, IReadOnlyList<double> other) =>
        one.Zip(other, (left, right) => (left - right) * (left - right)).Sum();

    public static double[][] SoftmaxRows(Tensor logits, double temperature = 1) => [.. Of(logits).Select(row => Softmax(row, temperature))];

    /// <summary>KL(p ‖ q) of probabilities.</summary>
    public static double Kl(IReadOnlyList<double> p, IReadOnlyList<double> q) =>
        p.Zip(q).Sum(pair => pair.First == 0 ? 0 : pair.First * Math.Log(pair.First / pair.Second));

    public static double Dot(IReadOnlyList<double> left, IReadOnlyList<double> right) => left.Zip(right).Sum(pair => pair.First * pair.Second);

    public static double[][] Columns(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];

    public static double Pearson(IReadOnlyList<double> left, IReadOnlyList<double> right)
    {
        double[] x = [.. left.Select(value => value - left.Average())];
        double[] y = [.. right.Select(value => value - right.Average())];
        return Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));
    }
}
