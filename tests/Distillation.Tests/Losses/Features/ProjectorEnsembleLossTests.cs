using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class ProjectorEnsembleLossTests
{
    [Fact]
    public void Direction_of_the_mean_of_the_projections_is_compared()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3), LayerValue.Random(2, 5, 4));
        var loss = new ProjectorEnsembleLoss("student", "teacher");

        double value = LayerValue.Of(loss, student, teacher);

        double[][] weights = [.. loss.Module!.parameters().Select(Close.Numbers)];
        weights.Should().HaveCount(6, "three projectors have a weight and a bias each");
        Close.ShouldBe(value, Reference(Close.Numbers(student), Close.Numbers(teacher), weights, rows: 5, from: 3, to: 4), 1e-9);
    }

    [Fact]
    public void Length_of_the_teacher_does_not_count()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3, 2, 2), LayerValue.Random(2, 5, 4, 2, 2));
        var loss = new ProjectorEnsembleLoss("student", "teacher");

        LayerValue.Of(loss, student, teacher * 9).Should().BeApproximately(LayerValue.Of(loss, student, teacher), 1e-12);
    }

    private static double Reference(double[] student, double[] teacher, double[][] weights, int rows, int from, int to)
    {
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            (double product, double left, double right) = (0, 0, 0);
            for (int output = 0; output < to; output++)
            {
                double projected = Enumerable.Range(0, weights.Length / 2).Average(projector => Math.Max(0, weights[(2 * projector) + 1][output]
                    + Enumerable.Range(0, from).Sum(input => weights[2 * projector][(output * from) + input] * student[(row * from) + input])));
                double wanted = teacher[(row * to) + output];
                product += projected * wanted;
                left += projected * projected;
                right += wanted * wanted;
            }

            total += 1 - (product / Math.Sqrt(left * right));
        }

        return total / rows;
    }
}
