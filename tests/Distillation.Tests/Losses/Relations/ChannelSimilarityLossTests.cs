using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class ChannelSimilarityLossTests
{
    [Fact]
    public void Places_may_differ_between_the_layers()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = LayerValue.Random(1, 2, 3, 4, 4);

        LayerValue.Of(new ChannelSimilarityLoss("student", "teacher"), torch.cat([teacher, torch.zeros_like(teacher)], 2), teacher)
            .Should().BeApproximately(0, 1e-14);
    }

    [Fact]
    public void Channels_that_differ_in_number_need_a_connector()
    {
        using var scope = torch.NewDisposeScope();
        (Tensor student, Tensor teacher) = (LayerValue.Random(1, 2, 3, 4, 4), LayerValue.Random(2, 2, 5, 4, 4));
        Action compute = () => LayerValue.Of(new ChannelSimilarityLoss("student", "teacher"), student, teacher);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student's is ?2, 3, 4, 4? and the teacher's ?2, 5, 4, 4?*connector*");
        LayerValue.Of(new ChannelSimilarityLoss("student", "teacher", new ConvolutionConnector()), student, teacher).Should().BePositive();
    }
}
