using Distillation.Losses;

namespace Distillation.Tests.Losses.Connectors;

public sealed class ConnectorTests
{
    public static TheoryData<Connector, long[], long[]> Shapes => new()
    {
        { new MlpConnector(), [2, 3], [2, 5] },
        { new MlpConnector(), [2, 6, 3], [2, 6, 5] },
        { new MlpConnector(), [2, 3, 4, 4], [2, 5, 4, 4] },
        { new ProjectorEnsembleConnector(), [2, 3], [2, 5] },
        { new ProjectorEnsembleConnector(), [2, 6, 3], [2, 6, 5] },
        { new ProjectorEnsembleConnector(), [2, 3, 4, 4], [2, 5, 4, 4] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Student_comes_to_the_shape_of_the_teacher(Connector connector, long[] student, long[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        Tensor layer = torch.randn(student);

        connector.Create(layer, torch.randn(teacher)).call(layer).shape.Should().Equal(teacher);
    }

    [Fact]
    public void Linear_map_of_maps_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        Action create = () => new LinearConnector().Create(torch.randn(2, 3, 4, 4), torch.randn(2, 5, 4, 4));

        create.Should().Throw<InvalidOperationException>()
            .WithMessage("*is their width, but the student's layer is ?2, 3, 4, 4? and the teacher's ?2, 5, 4, 4?. Use ConvolutionConnector for maps.");
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(7L, 7)]
    public void Hidden_size_is_that_of_the_wider_layer_unless_given(long? hidden, long expected)
    {
        using var scope = torch.NewDisposeScope();

        torch.nn.Module module = new MlpConnector { Hidden = hidden }.Create(torch.randn(2, 3), torch.randn(2, 5));

        module.parameters().First().shape.Should().Equal(expected, 3);
    }

    [Fact]
    public void Count_is_the_number_of_projectors()
    {
        using var scope = torch.NewDisposeScope();

        new ProjectorEnsembleConnector { Count = 5 }.Create(torch.randn(2, 3), torch.randn(2, 4)).parameters().Should().HaveCount(10);
    }

    [Fact]
    public void Projectors_are_rectified_by_default()
    {
        using var scope = torch.NewDisposeScope();
        Tensor layer = torch.randn(20, 3);

        new ProjectorEnsembleConnector { Count = 1 }.Create(layer, layer).call(layer).min().item<float>().Should().Be(0);
        new ProjectorEnsembleConnector { Count = 1, Rectified = false }.Create(layer, layer).call(layer).min().item<float>().Should().BeNegative();
    }

    [Fact]
    public void Sizes_that_are_not_positive_are_refused()
    {
        Action hidden = () => _ = new MlpConnector { Hidden = 0 };
        Action count = () => _ = new ProjectorEnsembleConnector { Count = 0 };

        hidden.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Hidden must be positive*");
        count.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Count must be positive*");
    }
}
