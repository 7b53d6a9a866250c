using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class ActivationBoundaryLossTests
{
    [Theory]
    [InlineData(1, (2 * 2) + (0.5 * 0.5))] // -1 and 0.5 are to be above 1; -1 and -2 are below -1
    [InlineData(2, (3 * 3) + (1.5 * 1.5) + 1)] // -1 is to be below -2
    public void Neurons_on_the_wrong_side_of_the_margin_count(double margin, double expected)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Of([-1, 0.5, -1, -2], 1, 4);
        Tensor teacher = Layers.Of([3, 0.1, 0, -5], 1, 4);

        double value = Layers.Value(new ActivationBoundaryLoss("student", "teacher", margin), student, teacher);

        value.Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Activations_of_the_teacher_count_by_their_sign_alone()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 4, 2, 2);
        Tensor teacher = Layers.Random(2, 3, 4, 2, 2);
        var loss = new ActivationBoundaryLoss("student", "teacher");

        Layers.Value(loss, student, teacher * 100).Should().Be(Layers.Value(loss, student, teacher));
    }

    [Fact]
    public void Loss_is_a_mean_over_samples()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 4, 2, 2);
        Tensor teacher = Layers.Random(2, 3, 4, 2, 2);
        var loss = new ActivationBoundaryLoss("student", "teacher");

        Close.ShouldBe(Layers.Value(loss, student.repeat(2, 1, 1, 1), teacher.repeat(2, 1, 1, 1)), Layers.Value(loss, student, teacher), 1e-14);
    }

    [Fact]
    public void Connector_brings_other_widths_together()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new ActivationBoundaryLoss("student", "teacher", connector: new ConvolutionConnector());

        double value = Layers.Value(loss, Layers.Random(1, 3, 2, 2, 2), Layers.Random(2, 3, 5, 2, 2));

        value.Should().BePositive();
        loss.Module!.parameters().First().shape.Should().Equal(5, 2, 1, 1);
    }

    [Fact]
    public void Margin_is_refused_when_it_is_not_positive()
    {
        Action make = () => _ = new ActivationBoundaryLoss("student", "teacher", margin: 0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("margin must be positive*");
    }
}
