namespace Distillation.Tests;

/// <summary>Gradients by central differences in float64.</summary>
internal static class FiniteDifference
{
    public static double[] Gradient(Func<Tensor, Tensor> function, Tensor at, double step = 1e-6)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        double[] point = at.detach().contiguous().data<double>().ToArray();
        double[] gradient = new double[point.Length];
        for (int i = 0; i < point.Length; i++)
        {
            gradient[i] = (Value(i, step) - Value(i, -step)) / (2 * step);
        }

        return gradient;

        double Value(int i, double difference)
        {
            double[] moved = [.. point];
            moved[i] += difference;
            return function(torch.tensor(moved, at.shape, torch.ScalarType.Float64)).item<double>();
        }
    }
}
