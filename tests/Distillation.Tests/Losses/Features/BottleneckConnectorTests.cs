using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class BottleneckConnectorTests
{
    [Theory]
    [InlineData(8, 4, 4)]
    [InlineData(4, 4, 4)]
    [InlineData(2, 4, 2)]
    public void Projected_map_has_the_teachers_width_and_the_smaller_size(long student, long teacher, long expected)
    {
        using var scope = torch.NewDisposeScope();
        Tensor map = torch.randn(3, 5, student, student);

        using Module<Tensor, Tensor> module = new BottleneckConnector().Create(map, torch.zeros(3, 6, teacher, teacher));

        module.call(map).shape.Should().Equal(3, 6, expected, expected);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(4, 2)]
    [InlineData(100, 1)]
    public void Factor_narrows_the_inside(long factor, long width)
    {
        using var scope = torch.NewDisposeScope();

        using Module<Tensor, Tensor> module = new BottleneckConnector { Factor = factor }.Create(torch.zeros(3, 5, 4, 4), torch.zeros(3, 8, 4, 4));

        module.parameters().Where(parameter => parameter.dim() == 4).Select(parameter => parameter.shape).Should().BeEquivalentTo(
            new long[][] { [width, 5, 1, 1], [width, width, 3, 3], [8, width, 1, 1] }, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Factor_is_refused_when_it_is_not_positive()
    {
        Action make = () => _ = new BottleneckConnector { Factor = 0 };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Factor must be positive*");
    }
}
