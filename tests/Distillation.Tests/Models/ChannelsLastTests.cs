using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

public sealed class ChannelsLastTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Student_sees_the_same_images_with_the_channels_side_by_side(int channels)
    {
        Tensor? seen = null;
        Sequential network = Sequential(("conv", Conv2d(channels, 16, 3)));
        using IStudent student = Student.From(network, (Batch batch) =>
        {
            seen = batch.Inputs;
            return network.call(batch.Inputs);
        }).ChannelsLast();
        Batch given = Images(channels);

        Tensor output = student.Forward(given, FeatureSet.None).Logits;

        seen!.eq(given.Inputs).all().item<bool>().Should().BeTrue();
        seen.stride().Should().Equal(5 * 4 * channels, 1, 4 * channels, channels);
        output.stride(1).Should().Be(1, "the convolution keeps the layout");
        Close.ShouldBe(Close.Numbers(output), Close.Numbers(network.call(given.Inputs)), 1e-5, "the output");
    }

    [Fact]
    public void Teacher_outputs_the_same()
    {
        Sequential network = Sequential(("conv", Conv2d(3, 16, 3)), ("flat", Flatten()));
        using ITeacher teacher = Teacher.From(network).ChannelsLast();

        Close.ShouldBe(Close.Numbers(teacher.Predict(Images(3), FeatureSet.None).Logits), Close.Numbers(network.call(Images(3).Inputs)), 1e-5, "the logits");
    }

    [Fact]
    public void Inputs_that_are_no_images_are_refused()
    {
        using IStudent student = Student.From(Some.Mlp()).ChannelsLast();

        Action forward = () => student.Forward(Some.Batch(), FeatureSet.None);

        forward.Should().Throw<ArgumentException>().WithMessage("Only images [N, C, H, W] have channels to put last, but the inputs are [8, 6].*");
    }

    private static Batch Images(int channels) => new(Some.Inputs(2, channels * 20).view(2, channels, 5, 4), null, torch.arange(2, torch.ScalarType.Int64));
}
