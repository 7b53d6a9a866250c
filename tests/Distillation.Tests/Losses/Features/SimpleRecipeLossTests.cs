using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class SimpleRecipeLossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(4)]
    public void Normalized_features_differ_by_the_logarithm_of_a_sum_of_powers(double exponent)
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3), LayerValue.Random(2, 5, 4));
        var loss = new SimpleRecipeLoss("student", "teacher") { Exponent = exponent };

        double value = LayerValue.Of(loss, student, teacher);

        double[][] weights = [.. loss.Module!.parameters().Select(Close.Numbers)];
        double[,] projected = Project(Close.Numbers(student), weights[0], weights[1], rows: 5, from: 3, to: 4);
        Close.ShouldBe(value, Reference(projected, Rows(Close.Numbers(teacher), 5, 4), exponent), 1e-9);
    }

    [Fact]
    public void Maps_are_averaged_over_their_places()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 5, 3, 2, 2), LayerValue.Random(2, 5, 4, 3, 3));

        torch.manual_seed(3);
        double ofMaps = LayerValue.Of(new SimpleRecipeLoss("student", "teacher"), student, teacher);
        torch.manual_seed(3);
        double ofMeans = LayerValue.Of(new SimpleRecipeLoss("student", "teacher"), student.mean([2, 3]), teacher.mean([2, 3]));

        ofMaps.Should().BeApproximately(ofMeans, 1e-10);
    }

    [Fact]
    public void Scale_and_shift_of_the_teacher_do_not_count()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = LayerValue.Random(1, 50, 3);
        var loss = new SimpleRecipeLoss("student", "teacher");

        LayerValue.Of(loss, student, (student * 7) + 2).Should().BeApproximately(LayerValue.Of(loss, student, student), 1e-3);
    }

    [Fact]
    public void Exponent_below_one_is_refused()
    {
        Action make = () => _ = new SimpleRecipeLoss("student", "teacher") { Exponent = 0.5 };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Exponent must be in*");
    }

    private static double Reference(double[,] student, double[,] teacher, double exponent)
    {
        (int rows, int features) = (student.GetLength(0), student.GetLength(1));
        double sum = 0;
        for (int feature = 0; feature < features; feature++)
        {
            double[] left = Normalized(student, feature);
            double[] right = Normalized(teacher, feature);
            for (int row = 0; row < rows; row++)
            {
                sum += Math.Pow(Math.Abs(left[row] - right[row]), exponent);
            }
        }

        return Math.Log(sum);
    }

    private static double[] Normalized(double[,] rows, int feature)
    {
        double[] column = [.. Enumerable.Range(0, rows.GetLength(0)).Select(row => rows[row, feature])];
        double mean = column.Average();
        double deviation = Math.Sqrt(column.Average(number => (number - mean) * (number - mean)) + 1e-4);
        return [.. column.Select(number => (number - mean) / deviation)];
    }

    private static double[,] Project(double[] inputs, double[] weight, double[] bias, int rows, int from, int to)
    {
        var outputs = new double[rows, to];
        for (int row = 0; row < rows; row++)
        {
            for (int output = 0; output < to; output++)
            {
                outputs[row, output] = bias[output] + Enumerable.Range(0, from).Sum(input => weight[(output * from) + input] * inputs[(row * from) + input]);
            }
        }

        return outputs;
    }

    private static double[,] Rows(double[] numbers, int rows, int features)
    {
        var result = new double[rows, features];
        Buffer.BlockCopy(numbers, 0, result, 0, numbers.Length * sizeof(double));
        return result;
    }
}
