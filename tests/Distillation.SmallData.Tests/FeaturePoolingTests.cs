namespace Distillation.SmallData.Tests;

public sealed class FeaturePoolingTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Average_and_max_are_taken_over_the_places_of_each_channel()
    {
        Close.Numbers(FeaturePooling.Average.Apply(Maps())).Should().Equal(7.5, 107.5);
        Close.Numbers(FeaturePooling.Max.Apply(Maps())).Should().Equal(15, 115);
    }

    [Fact]
    public void Grid_has_the_mean_of_each_cell() =>
        Close.Numbers(FeaturePooling.Grid().Apply(Maps())).Should().Equal(2.5, 4.5, 10.5, 12.5, 102.5, 104.5, 110.5, 112.5);

    [Fact]
    public void Generalized_mean_is_between_average_and_max()
    {
        Tensor two = torch.tensor([1.0, 3, -5, -5], [1, 2, 1, 2]);

        Close.ShouldBe(Close.Numbers(FeaturePooling.GeneralizedMean(2).Apply(two)), [Math.Sqrt(5), 1e-6], 1e-12);
    }

    [Fact]
    public void No_pooling_keeps_all_values() => FeaturePooling.None.Apply(Maps()).shape.Should().Equal(1, 32);

    [Fact]
    public void Vectors_stay_as_they_are()
    {
        Tensor vectors = torch.tensor([1.0, -2, 3, 4], [2, 2]);

        foreach (FeaturePooling pooling in new[] { FeaturePooling.Average, FeaturePooling.Max, FeaturePooling.GeneralizedMean(), FeaturePooling.Grid() })
        {
            Close.Numbers(pooling.Apply(vectors)).Should().Equal(1, -2, 3, 4);
        }
    }

    [Fact]
    public void Tokens_are_pooled_over_their_number()
    {
        Tensor tokens = torch.tensor([1.0, 10, 3, 30], [1, 2, 2]);

        Close.Numbers(FeaturePooling.Average.Apply(tokens)).Should().Equal(2, 20);
    }

    [Fact]
    public void Grid_refuses_tokens()
    {
        Action pool = () => FeaturePooling.Grid().Apply(torch.zeros(2, 3, 4));

        pool.Should().Throw<ArgumentException>().WithMessage("*[N, C, H, W]*[2, 3, 4]*");
    }

    [Fact]
    public void Poolings_of_the_same_numbers_are_equal()
    {
        FeaturePooling.Grid(3).Should().Be(FeaturePooling.Grid(3)).And.NotBe(FeaturePooling.Grid(2));
        FeaturePooling.GeneralizedMean(3).Should().NotBe(FeaturePooling.GeneralizedMean(4));
    }

    // Two channels of 4x4 places: 0 to 15, and 100 to 115.
    private static Tensor Maps()
    {
        Tensor one = torch.arange(16, torch.ScalarType.Float64).view(1, 1, 4, 4);
        return torch.cat([one, one + 100], 1);
    }
}
