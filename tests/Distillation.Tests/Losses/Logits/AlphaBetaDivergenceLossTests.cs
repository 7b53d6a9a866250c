using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class AlphaBetaDivergenceLossTests
{
    [Fact]
    public void Corners_are_the_forward_and_the_reverse_divergence()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        using var noGradient = torch.no_grad();

        ShouldEqual(new AlphaBetaDivergenceLoss(1, 0), new SoftTargetLoss(1), context, 1e-12);
        ShouldEqual(new AlphaBetaDivergenceLoss(0, 1), new JensenShannonLoss(1), context, 1e-12);
    }

    [Theory]
    [InlineData(0.6)]
    [InlineData(1.3)]
    public void Edges_are_limits(double power)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        using var noGradient = torch.no_grad();

        ShouldEqual(new AlphaBetaDivergenceLoss(power, 1e-6), new AlphaBetaDivergenceLoss(power, 0), context, 1e-4);
        ShouldEqual(new AlphaBetaDivergenceLoss(1e-6, power), new AlphaBetaDivergenceLoss(0, power), context, 1e-4);
    }

    [Fact]
    public void Halves_are_four_times_the_squared_hellinger_distance()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new AlphaBetaDivergenceLoss().Compute(context).item<double>();

        double expected = RowsByHand.SoftmaxRows(context.Teacher.Logits)
            .Zip(RowsByHand.SoftmaxRows(context.Student.Logits), (p, q) => 4 * (1 - p.Zip(q, (one, other) => Math.Sqrt(one * other)).Sum()))
            .Average();
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Theory]
    [InlineData(-0.1, 1, "alpha must be *")]
    [InlineData(1, -0.1, "beta must be *")]
    [InlineData(0, 0, "The sum of alpha and beta must be positive*")]
    public void Powers_out_of_range_are_refused(double alpha, double beta, string message)
    {
        Action make = () => _ = new AlphaBetaDivergenceLoss(alpha, beta);

        make.Should().Throw<ArgumentException>().WithMessage(message);
    }

    private static void ShouldEqual(RowLoss loss, RowLoss other, DistillationContext context, double relative)
    {
        LossGradient found = loss.ClosedForm!.Compute(context);
        LossGradient expected = other.ClosedForm!.Compute(context);
        Close.ShouldBe(found.Value.item<double>(), expected.Value.item<double>(), relative);
        Close.ShouldBe(Close.Numbers(found.AtLogits), Close.Numbers(expected.AtLogits), relative);
    }
}
