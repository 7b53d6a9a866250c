using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class MarginActivationLossTests
{
    [Theory]
    [InlineData(3, 5, 4)] // active: matched
    [InlineData(6, 5, 1)]
    [InlineData(-9, -0.5, 0)] // not active: low enough
    [InlineData(0.5, -0.5, 1)] // not active: brought down to it
    [InlineData(0.5, -9, 2.25)] // not active: brought down to the margin, no further
    [InlineData(-1.5, -9, 0)]
    public void Student_is_brought_to_what_is_active_and_below_what_is_not(double student, double teacher, double expected)
    {
        using var scope = torch.NewDisposeScope();
        var loss = new MarginActivationLoss("student", "teacher") { Margins = [-1, -1] };

        double value = Layers.Value(loss, Layers.Of([student, 0], 1, 2), Layers.Of([teacher, 0], 1, 2));

        value.Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Margins_are_the_mean_negative_values_of_the_first_batch_when_they_are_not_given()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = Layers.Of([-1, 4, 3, 1, -3, 2, 5, 0], 2, 2, 1, 2);
        Tensor student = torch.zeros_like(teacher);
        var given = new MarginActivationLoss("student", "teacher") { Margins = [-2, 0] };

        double value = Layers.Value(new MarginActivationLoss("student", "teacher"), student + 0.5, teacher);

        Close.ShouldBe(value, Layers.Value(given, student + 0.5, teacher), 1e-14);
    }

    [Fact]
    public void Margins_stay_those_of_the_first_batch()
    {
        using var scope = torch.NewDisposeScope();
        IDistillationLoss loss = new MarginActivationLoss("student", "teacher");
        Layers.Value(loss, torch.zeros(1, 1, torch.ScalarType.Float64), Layers.Of([-2], 1, 1));

        Layers.Value(loss, torch.zeros(1, 1, torch.ScalarType.Float64), Layers.Of([-9], 1, 1)).Should().Be(4);
        loss.Module!.named_parameters().Should().BeEmpty();
    }

    [Theory]
    [InlineData(0.3, 1.2)]
    [InlineData(-1, -0.5)]
    [InlineData(2, 1)]
    public void Margins_of_a_batch_norm_are_the_means_of_normal_distributions_below_zero(double mean, double deviation)
    {
        double chance = 0;
        double sum = 0;
        for (double x = -12 + 5e-5; x < 0; x += 1e-4)
        {
            double density = Math.Exp(-0.5 * Math.Pow((x - mean) / deviation, 2));
            chance += density;
            sum += density * x;
        }

        MarginsOf(mean, deviation).Should().BeApproximately(sum / chance, 1e-6);
    }

    [Fact]
    public void Margin_of_a_channel_that_is_hardly_ever_negative_is_three_deviations() => MarginsOf(10, 2).Should().BeApproximately(-6, 1e-6);

    [Fact]
    public void Margin_of_a_channel_without_deviation_is_its_mean_below_zero()
    {
        MarginsOf(-0.5, 0).Should().Be(-0.5);
        MarginsOf(0.5, 0).Should().Be(0);
    }

    [Fact]
    public void Batch_norm_without_weight_and_bias_is_refused()
    {
        using BatchNorm2d plain = BatchNorm2d(1, affine: false);
        Action read = () => MarginActivationLoss.MarginsOf(plain);

        read.Should().Throw<ArgumentException>().WithMessage("*no weight and bias*");
    }

    [Fact]
    public void Positive_margin_is_refused()
    {
        Action make = () => _ = new MarginActivationLoss("student", "teacher") { Margins = [-1, 0.5] };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Margins must be *");
    }

    [Fact]
    public void Margins_are_counted_against_the_channels()
    {
        using var scope = torch.NewDisposeScope();
        Action prepare = () =>
            Layers.Value(new MarginActivationLoss("student", "teacher") { Margins = [-1] }, Layers.Random(1, 3, 4, 2, 2), Layers.Random(2, 3, 4, 2, 2));

        prepare.Should().Throw<InvalidOperationException>().WithMessage("*1 margins*[3, 4, 2, 2]*");
    }

    [Fact]
    public void Connector_is_learned_beside_the_margins()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new MarginActivationLoss("student", "teacher", new ConvolutionConnector { Bias = false });

        Layers.Value(loss, Layers.Random(1, 3, 2, 2, 2), Layers.Random(2, 3, 4, 2, 2));

        loss.Module!.named_parameters().Single().parameter.shape.Should().Equal(4, 2, 1, 1);
    }

    private static double MarginsOf(double mean, double deviation)
    {
        using BatchNorm2d one = BatchNorm2d(1);
        using (torch.no_grad())
        {
            one.weight!.fill_(-deviation);
            one.bias!.fill_(mean);
        }

        return MarginActivationLoss.MarginsOf(one).Single();
    }
}
