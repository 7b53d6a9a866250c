using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class CorrelationCongruenceLossTests
{
    [Fact]
    public void Misses_in_the_same_feature_of_neighbors_multiply()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,] { { 1, 5 }, { 3, 0 }, { 0, 2 } });

        LayerValue.Of(new CorrelationCongruenceLoss("student", "teacher"), student, torch.zeros_like(student))
            .Should().Be(((1 * 3) + (5 * 0) + (3 * 0) + (0 * 2)) / 2.0);
    }

    [Fact]
    public void Layers_of_different_shape_need_a_connector()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => LayerValue.Of(new CorrelationCongruenceLoss("student", "teacher"), LayerValue.Random(1, 3, 4), LayerValue.Random(2, 3, 5));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student's is ?3, 4? and the teacher's ?3, 5?*connector*");
        LayerValue.Of(new CorrelationCongruenceLoss("student", "teacher", new LinearConnector()), LayerValue.Random(1, 3, 4), LayerValue.Random(2, 3, 5))
            .Should().BePositive();
    }
}
