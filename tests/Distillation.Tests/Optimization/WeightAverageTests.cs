namespace Distillation.Tests.Optimization;

public sealed class WeightAverageTests : IDisposable
{
    private readonly Parameter _weights = new(torch.tensor(new double[] { 1, 2 }));

    public void Dispose() => _weights.Dispose();

    [Fact]
    public void Average_follows_its_rule()
    {
        using var average = new WeightAverage([_weights], 0.9);
        double[] expected = [1, 2];
        average.Update();
        for (int step = 0; step < 5; step++)
        {
            Add(0.5);
            average.Update();
            expected = [.. expected.Zip(Values(), (kept, now) => (0.9 * kept) + (0.1 * now))];
        }

        average.Apply();

        Values().Should().Equal(expected, (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Trained_weights_come_back_bit_by_bit()
    {
        using var average = new WeightAverage([_weights], 0.5);
        average.Update();
        Add(1.0 / 3);
        average.Update();
        double[] trained = Values();

        using (average.Swap())
        {
            Values().Should().NotEqual(trained);
        }

        Values().Should().Equal(trained);
    }

    [Fact]
    public void Without_an_update_the_weights_stay()
    {
        using var average = new WeightAverage([_weights], 0.5);

        average.Apply();

        Values().Should().Equal(1, 2);
    }

    [Fact]
    public void Average_outlives_the_scope_of_a_step_and_no_tensor_is_left() => Leak.None(() =>
    {
        using var average = new WeightAverage([_weights], 0.5);
        using (torch.NewDisposeScope())
        {
            average.Update();
            average.Update();
        }

        average.Swap().Dispose();
    });

    private void Add(double value)
    {
        using var noGradient = torch.no_grad();
        _weights.add_(value);
    }

    private double[] Values()
    {
        using Tensor values = _weights.detach();
        return values.data<double>().ToArray();
    }
}
