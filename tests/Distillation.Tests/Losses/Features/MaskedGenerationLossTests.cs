using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class MaskedGenerationLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mask_hides_the_share_of_places_or_channels_from_the_generation(bool channels)
    {
        Tensor student = Layers.Random(1, 4, 20, 10, 10).requires_grad_();
        var loss = new MaskedGenerationLoss("student", "teacher") { MaskRatio = 0.3, MasksChannels = channels };
        DistillationContext context = Layers.Context(student, Layers.Random(2, 4, 20, 10, 10));
        torch.manual_seed(4);
        loss.Prepare(context);

        loss.Compute(context).backward();

        // What is masked has no gradient: whole places, or whole channels.
        Tensor hidden = student.grad!.eq(0).to(torch.ScalarType.Float64);
        double[] shares = Close.Numbers(channels ? hidden.mean([2, 3]) : hidden.mean([1]));
        shares.Should().OnlyContain(share => share == 0 || share == 1);
        shares.Average().Should().BeInRange(0.15, 0.45);
    }

    [Fact]
    public void Masks_follow_the_seed()
    {
        DistillationContext context = Layers.Context(Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 3, 4, 4));
        var loss = new MaskedGenerationLoss("student", "teacher");
        loss.Prepare(context);
        double Value(int seed)
        {
            torch.manual_seed(seed);
            return loss.Compute(context).item<double>();
        }

        Value(1).Should().Be(Value(1)).And.NotBe(Value(2));
    }

    [Fact]
    public void Convolutions_and_connector_are_trained()
    {
        DistillationContext context = Layers.Context(Layers.Random(1, 2, 3, 4, 4).to(torch.ScalarType.Float32), Layers.Random(2, 2, 5, 4, 4));
        var loss = new MaskedGenerationLoss("student", "teacher", new ConvolutionConnector());
        loss.Prepare(context);

        loss.Compute(context).backward();

        loss.Module!.named_parameters().Select(parameter => parameter.name).Should().BeEquivalentTo(
            "generation.0.weight", "generation.0.bias", "generation.2.weight", "generation.2.bias", "connector.weight", "connector.bias");
        loss.Module.parameters().Should().AllSatisfy(parameter => parameter.grad!.abs().sum().item<float>().Should().BePositive());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Action ratio = () => _ = new MaskedGenerationLoss("student", "teacher") { MaskRatio = 1 };
        Action states = () => new MaskedGenerationLoss("student", "teacher").Prepare(Layers.Context(Layers.Random(1, 2, 3), Layers.Random(2, 2, 3)));
        Action widths = () => Layers.Value(new MaskedGenerationLoss("student", "teacher"), Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 5, 4, 4));
        Action early = () =>
            new MaskedGenerationLoss("student", "teacher").Compute(Layers.Context(Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 3, 4, 4)));

        ratio.Should().Throw<ArgumentOutOfRangeException>().WithMessage("MaskRatio must be *");
        states.Should().Throw<InvalidOperationException>().WithMessage("*compares maps*");
        widths.Should().Throw<InvalidOperationException>().WithMessage("*layers of one shape*");
        early.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before Compute.");
    }
}
