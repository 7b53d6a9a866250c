using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class AdaptedKnowledgeLossTests
{
    [Fact]
    public void Directions_of_samples_differ_by_the_mean_of_absolute_values()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new double[,] { { 3, 4 }, { 0, 2 } });
        Tensor teacher = torch.tensor(new double[,] { { 8, 6 }, { -5, 0 } });

        LayerValue.Of(new AdaptedKnowledgeLoss("student", "teacher"), student, teacher).Should().BeApproximately((0.2 + 0.2 + 1 + 1) / 4, 1e-12);
    }

    [Fact]
    public void Length_of_a_sample_does_not_count()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = LayerValue.Random(1, 4, 3);

        LayerValue.Of(new AdaptedKnowledgeLoss("student", "teacher"), teacher * torch.tensor(new double[,] { { 1 }, { 2 }, { 30 }, { 0.1 } }), teacher)
            .Should().BeApproximately(0, 1e-12);
    }
}
