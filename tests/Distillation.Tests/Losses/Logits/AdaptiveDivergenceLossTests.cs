using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class AdaptiveDivergenceLossTests
{
    // Probabilities ½, 0.3 and 0.2: with μ = 0.5 the head is the first class, with μ = 0.8 the first two.
    private static readonly double[] Teacher = [0.5, 0.3, 0.2];
    private static readonly double[] Student = [0.4, 0.1, 0.5];

    [Theory]
    [InlineData(0.01, 0.1 / 0.6)]
    [InlineData(0.55, 0.1 / 0.6)]
    [InlineData(0.85, 0.3 / 0.6)]
    [InlineData(1, 1)]
    public void Weights_are_the_shares_of_the_gaps(double head, double forward)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(Logits(Student), Logits(Teacher), labels: null);

        double value = new AdaptiveDivergenceLoss(head).Compute(context).item<double>();

        double expected = (forward * RowsByHand.Kl(Teacher, Student)) + ((1 - forward) * RowsByHand.Kl(Student, Teacher));
        Close.ShouldBe(value, expected, 1e-6);
    }

    [Fact]
    public void Equal_models_have_the_value_zero()
    {
        using var scope = torch.NewDisposeScope();

        new AdaptiveDivergenceLoss().Compute(Some.Context(Logits(Teacher), Logits(Teacher), labels: null)).item<double>().Should().Be(0);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Head_out_of_range_is_refused(double head)
    {
        Action make = () => _ = new AdaptiveDivergenceLoss(head);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("head must be *");
    }

    private static Tensor Logits(double[] probabilities) => torch.tensor(probabilities).log().unsqueeze(0);
}
