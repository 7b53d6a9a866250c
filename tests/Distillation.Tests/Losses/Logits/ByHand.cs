namespace Distillation.Tests.Losses.Logits;

/// <summary>Formulas in plain doubles, row by row, to hold tensors against.</summary>
internal static class ByHand
{
    public static double[][] Rows(Tensor matrix)
    {
        double[] numbers = Close.Numbers(matrix);
        return [.. numbers.Chunk((int)matrix.size(1))];
    }

    public static double[][] Softmax(Tensor logits, double temperature = 1) => [.. Rows(logits).Select(row => Softmax(row, temperature))];

    public static double[] Softmax(double[] logits, double temperature = 1)
    {
        double most = logits.Max();
        double[] powers = [.. logits.Select(logit => Math.Exp((logit - most) / temperature))];
        return [.. powers.Select(power => power / powers.Sum())];
    }

    public static double Kl(double[] p, double[] q) => p.Zip(q).Sum(pair => pair.First == 0 ? 0 : pair.First * Math.Log(pair.First / pair.Second));

    public static double Dot(double[] left, double[] right) => left.Zip(right).Sum(pair => pair.First * pair.Second);

    public static double[][] Columns(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Select(row => row[column]).ToArray())];

    public static double Pearson(double[] left, double[] right)
    {
        double[] x = [.. left.Select(value => value - left.Average())];
        double[] y = [.. right.Select(value => value - right.Average())];
        return Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));
    }
}
