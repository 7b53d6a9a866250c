using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class UncertaintyHintLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Value_is_that_of_the_formula()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 5, 3), Layers.Random(2, 5, 3));
        var loss = new UncertaintyHintLoss("student", "teacher") { Epsilon = 0.1 };

        double value = Layers.Value(loss, student, teacher);

        Dictionary<string, Tensor> state = loss.Module!.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value);
        double[][] mapped = RowsByHand.Of(student.matmul(state["variance.linear.weight"].t()) + state["variance.linear.bias"]);
        double[][] columns = [.. RowsByHand.Columns(mapped).Select(Normalized)];
        (double[][] s, double[][] t) = (RowsByHand.Of(student), RowsByHand.Of(teacher));
        double expected = Enumerable.Range(0, 5).SelectMany(n => Enumerable.Range(0, 3).Select(d =>
            (Math.Pow(t[n][d] - s[n][d], 2) / (0.1 + Math.Exp(columns[d][n]))) + columns[d][n])).Average();
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void A_single_sample_is_normalized_by_the_running_statistics()
    {
        var loss = new UncertaintyHintLoss("student", "teacher");
        Layers.Value(loss, Layers.Random(1, 5, 3), Layers.Random(2, 5, 3));
        double[] before = [.. loss.Module!.buffers().SelectMany(Close.Numbers)];

        double value = Layers.Value(loss, Layers.Random(1, 1, 3), Layers.Random(2, 1, 3));

        double.IsFinite(value).Should().BeTrue();
        loss.Module.buffers().SelectMany(Close.Numbers).Should().Equal(before);
        Layers.Value(loss, Layers.Random(1, 5, 3), Layers.Random(2, 5, 3));
        loss.Module.buffers().SelectMany(Close.Numbers).Should().NotEqual(before, "the normalization is in training mode again");
    }

    [Fact]
    public void Layers_of_two_shapes_are_refused()
    {
        Action compute = () => Layers.Value(new UncertaintyHintLoss("student", "teacher"), Layers.Random(1, 5, 3), Layers.Random(2, 5, 4));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*layers of one shape*");
    }

    // Batch normalization with weight 1 and bias 0.
    private static double[] Normalized(double[] column)
    {
        double mean = column.Average();
        double variance = column.Average(number => (number - mean) * (number - mean));
        return [.. column.Select(number => (number - mean) / Math.Sqrt(variance + 1e-5))];
    }
}
