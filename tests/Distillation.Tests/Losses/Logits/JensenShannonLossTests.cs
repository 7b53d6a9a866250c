using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class JensenShannonLossTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[-300, 300].Array[12];

    [Fact]
    public void Loss_at_one_half_is_the_same_for_both_and_no_larger_than_log_two() =>
        Gen.Select(Logits, Logits).ForAll(
            (student, teacher) =>
            {
                double value = Value(0.5, student, teacher);

                Close.ShouldBe(value, Value(0.5, teacher, student), 1e-9);
                value.Should().BeLessThanOrEqualTo(Math.Log(2) + 1e-12);
            },
            iter: 50);

    [Fact]
    public void Loss_of_beta_is_that_of_the_others_share_with_both_exchanged() =>
        Gen.Select(Logits, Logits, Gen.OneOf(Gen.Const(0.0), Gen.Double[0.01, 0.99], Gen.Const(1.0))).ForAll(
            (student, teacher, beta) => Close.ShouldBe(Value(beta, student, teacher), Value(1 - beta, teacher, student), 1e-9), iter: 50);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Beta_out_of_range_is_refused(double beta)
    {
        Action make = () => _ = new JensenShannonLoss(beta);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("beta must be *");
    }

    private static double Value(double beta, double[] student, double[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        return new JensenShannonLoss(beta).Compute(Some.Context(torch.tensor(student).view(3, 4), torch.tensor(teacher).view(3, 4), null)).item<double>();
    }
}
