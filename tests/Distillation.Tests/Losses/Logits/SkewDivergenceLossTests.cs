using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class SkewDivergenceLossTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[-500, 500].Array[12];

    [Fact]
    public void Skew_divergences_have_a_bound_that_the_skew_sets() =>
        Gen.Select(Logits, Logits, Gen.Double[0.01, 0.99]).ForAll(
            (student, teacher, skew) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Context(student, teacher);

                new SkewDivergenceLoss(skew).Compute(context).item<double>().Should().BeLessThanOrEqualTo(-Math.Log(skew) + 1e-12);
                new SkewReverseDivergenceLoss(skew).Compute(context).item<double>().Should().BeLessThanOrEqualTo(-Math.Log(skew) + 1e-12);
            },
            iter: 50);

    [Fact]
    public void Reverse_is_the_other_with_both_exchanged() =>
        Gen.Select(Logits, Logits, Gen.Double[0, 0.99]).ForAll(
            (student, teacher, skew) =>
            {
                using var scope = torch.NewDisposeScope();

                double reverse = new SkewReverseDivergenceLoss(skew).Compute(Context(student, teacher)).item<double>();

                Close.ShouldBe(reverse, new SkewDivergenceLoss(skew).Compute(Context(teacher, student)).item<double>(), 1e-9);
            },
            iter: 50);

    [Fact]
    public void Losses_without_skew_are_the_plain_divergences()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        using var noGradient = torch.no_grad();

        LossGradient forward = new SkewDivergenceLoss(0).ClosedForm!.Compute(context);
        LossGradient backward = new SkewReverseDivergenceLoss(0).ClosedForm!.Compute(context);

        LossGradient soft = new SoftTargetLoss(1).ClosedForm!.Compute(context);
        LossGradient reverse = new JensenShannonLoss(1).ClosedForm!.Compute(context);
        Close.ShouldBe(forward.Value.item<double>(), soft.Value.item<double>(), 1e-12);
        Close.ShouldBe(Close.Numbers(forward.AtLogits), Close.Numbers(soft.AtLogits), 1e-12);
        Close.ShouldBe(backward.Value.item<double>(), reverse.Value.item<double>(), 1e-12);
        Close.ShouldBe(Close.Numbers(backward.AtLogits), Close.Numbers(reverse.AtLogits), 1e-12);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    public void Skew_out_of_range_is_refused(double skew)
    {
        Action forward = () => _ = new SkewDivergenceLoss(skew);
        Action backward = () => _ = new SkewReverseDivergenceLoss(skew);

        forward.Should().Throw<ArgumentOutOfRangeException>().WithMessage("skew must be *");
        backward.Should().Throw<ArgumentOutOfRangeException>().WithMessage("skew must be *");
    }

    private static DistillationContext Context(double[] student, double[] teacher) =>
        Some.Context(torch.tensor(student).view(3, 4), torch.tensor(teacher).view(3, 4), null);
}
