using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class KernelCongruenceLossTests
{
    [Theory]
    [InlineData(0.4, 1)]
    [InlineData(0.4, 2)]
    [InlineData(1.5, 4)]
    public void Kernels_differ_by_the_mean_of_squares(double gamma, int order)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3), LayerValue.Random(2, 5, 4));

        double value = LayerValue.Of(new KernelCongruenceLoss("student", "teacher") { Gamma = gamma, Order = order }, student, teacher);

        Close.ShouldBe(value, Reference(Rows(student, 3), Rows(teacher, 4), (x, y) => Series(x, y, gamma, order)), 1e-9);
    }

    [Fact]
    public void High_order_is_the_gaussian_kernel()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3), LayerValue.Random(2, 5, 4));

        double value = LayerValue.Of(new KernelCongruenceLoss("student", "teacher") { Order = 30 }, student, teacher);

        Close.ShouldBe(
            value, Reference(Rows(student, 3), Rows(teacher, 4), (x, y) => Math.Exp(-0.4 * x.Zip(y).Sum(pair => Math.Pow(pair.First - pair.Second, 2)))), 1e-9);
    }

    [Fact]
    public void Numbers_that_are_not_positive_are_refused()
    {
        Action gamma = () => _ = new KernelCongruenceLoss("student", "teacher") { Gamma = 0 };
        Action order = () => _ = new KernelCongruenceLoss("student", "teacher") { Order = 0 };

        gamma.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Gamma must be positive*");
        order.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Order must be positive*");
    }

    private static double Series(double[] x, double[] y, double gamma, int order)
    {
        double product = x.Zip(y).Sum(pair => pair.First * pair.Second);
        (double sum, double factorial) = (0, 1);
        for (int power = 0; power <= order; power++)
        {
            factorial *= Math.Max(power, 1);
            sum += Math.Pow(2 * gamma, power) / factorial * Math.Pow(product, power);
        }

        return Math.Exp(-2 * gamma) * sum;
    }

    private static double Reference(double[][] student, double[][] teacher, Func<double[], double[], double> kernel)
    {
        double sum = 0;
        for (int i = 0; i < student.Length; i++)
        {
            for (int j = 0; j < student.Length; j++)
            {
                sum += Math.Pow(kernel(student[i], student[j]) - kernel(teacher[i], teacher[j]), 2);
            }
        }

        return sum / (student.Length * student.Length);
    }

    private static double[][] Rows(Tensor layer, int width) =>
        [.. Close.Numbers(layer).Chunk(width).Select(row => row.Select(number => number / Math.Sqrt(row.Sum(one => one * one))).ToArray())];
}
