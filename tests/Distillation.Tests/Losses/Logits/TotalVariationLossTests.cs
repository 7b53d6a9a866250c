using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class TotalVariationLossTests
{
    private static readonly Gen<double[]> Row = Gen.Double[-8, 8].Array[4];

    [Fact]
    public void Total_variation_is_a_distance() =>
        Gen.Select(Row, Row, Row).ForAll(
            (first, second, third) =>
            {
                Value(first, second).Should().BeApproximately(Value(second, first), 1e-12);
                Value(first, third).Should().BeLessThanOrEqualTo(Value(first, second) + Value(second, third) + 1e-12);
            },
            iter: 50);

    [Fact]
    public void Total_variation_keeps_to_the_bound_of_pinsker() =>
        Gen.Select(Row, Row).ForAll(
            (student, teacher) => Value(student, teacher)
                .Should().BeLessThanOrEqualTo(Math.Sqrt(Math.Max(RowsByHand.Kl(RowsByHand.Softmax(teacher), RowsByHand.Softmax(student)), 0) / 2) + 1e-12),
            iter: 50);

    [Fact]
    public void Total_variation_is_one_when_both_are_sure_of_different_classes() => Value([1000, 0, 0, 0], [0, 0, 1000, 0]).Should().Be(1);

    private static double Value(double[] student, double[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        return new TotalVariationLoss().Compute(Some.Context(torch.tensor(student).unsqueeze(0), torch.tensor(teacher).unsqueeze(0), null)).item<double>();
    }
}
