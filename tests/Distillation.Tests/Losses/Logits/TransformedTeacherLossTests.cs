using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class TransformedTeacherLossTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    public void Transformed_teacher_is_a_softer_teacher_of_a_student_that_is_not_softened(double exponent)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new TransformedTeacherLoss(exponent).Compute(context).item<double>();

        double expected = RowsByHand.SoftmaxRows(context.Teacher.Logits, 1 / exponent)
            .Zip(RowsByHand.SoftmaxRows(context.Student.Logits), RowsByHand.Kl)
            .Average();
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Weighted_rows_count_by_the_power_sum_of_the_teacher()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 0.5, -0.2, 1 } });
        double Ratio(params double[] teacher)
        {
            DistillationContext context = Some.Context(student, torch.tensor(teacher).unsqueeze(0), labels: null);
            return new TransformedTeacherLoss(0.3) { IsWeighted = true }.Compute(context).item<double>()
                / new TransformedTeacherLoss(0.3).Compute(context).item<double>();
        }

        Close.ShouldBe(Ratio(0, 0, 0), 3 * Math.Pow(1.0 / 3, 0.3), 1e-12, "the sum for a teacher in doubt");
        Close.ShouldBe(Ratio(1000, 0, 0), 1, 1e-12, "the sum for a teacher that is sure");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Exponent_out_of_range_is_refused(double exponent)
    {
        Action make = () => _ = new TransformedTeacherLoss(exponent);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("exponent must be positive*");
    }
}
