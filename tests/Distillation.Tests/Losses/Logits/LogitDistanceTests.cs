using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

/// <summary>Losses that measure logits as they are.</summary>
public sealed class LogitDistanceTests
{
    private static readonly Gen<double[]> Row = Gen.Double[0.1, 8].Array[4];

    [Fact]
    public void L1_is_the_mean_over_all_elements()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new LogitL1Loss().Compute(context).item<double>();

        double expected = Close.Numbers(context.Student.Logits).Zip(Close.Numbers(context.Teacher.Logits)).Average(pair => Math.Abs(pair.First - pair.Second));
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Cosine_is_the_mean_of_the_rows_distances()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new LogitCosineLoss().Compute(context).item<double>();

        double expected = RowsByHand.Of(context.Student.Logits).Zip(RowsByHand.Of(context.Teacher.Logits))
            .Average(pair =>
                1 - (RowsByHand.Dot(pair.First, pair.Second) / Math.Sqrt(RowsByHand.Dot(pair.First, pair.First) * RowsByHand.Dot(pair.Second, pair.Second))));
        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Cosine_does_not_see_the_size_of_logits() =>
        Gen.Select(Row, Row, Gen.Double[0.01, 100]).ForAll(
            (student, teacher, factor) => Cosine([.. student.Select(logit => logit * factor)], teacher)
                .Should().BeApproximately(Cosine(student, teacher), 1e-12),
            iter: 50);

    [Fact]
    public void Cosine_goes_from_zero_for_one_direction_to_two_for_opposite_ones() =>
        Gen.Select(Row, Gen.Double[0.01, 100]).ForAll(
            (row, factor) =>
            {
                Cosine([.. row.Select(logit => logit * factor)], row).Should().BeApproximately(0, 1e-12);
                Cosine([.. row.Select(logit => logit * -factor)], row).Should().BeApproximately(2, 1e-12);
            },
            iter: 50);

    private static double Cosine(double[] student, double[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        return new LogitCosineLoss().Compute(Some.Context(torch.tensor(student).unsqueeze(0), torch.tensor(teacher).unsqueeze(0), null)).item<double>();
    }
}
