using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class MultiLevelLossTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.5, 2, 3)]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    public void Loss_is_that_of_the_formula(double ofInstances, double ofBatch, double ofClasses)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new MultiLevelLoss { InstanceWeight = ofInstances, BatchWeight = ofBatch, ClassWeight = ofClasses }.Compute(context).item<double>();

        double expected = 0;
        foreach (double temperature in new double[] { 2, 3, 4, 5, 6 })
        {
            double[][] student = RowsByHand.SoftmaxRows(context.Student.Logits, temperature);
            double[][] teacher = RowsByHand.SoftmaxRows(context.Teacher.Logits, temperature);
            expected += ofInstances * temperature * temperature * teacher.Zip(student).Average(pair => RowsByHand.Kl(pair.First, pair.Second));
            expected += (ofBatch * Apart(student, teacher)) + (ofClasses * Apart(RowsByHand.Columns(student), RowsByHand.Columns(teacher)));
        }

        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Temperatures_add_up()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        double Value(params double[] temperatures) => new MultiLevelLoss(temperatures).Compute(context).item<double>();

        Value(1, 7).Should().BeApproximately(Value(1) + Value(7), 1e-12);
    }

    [Fact]
    public void Loss_is_zero_where_student_equals_teacher()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(5, 4, dtype: torch.ScalarType.Float64);

        new MultiLevelLoss().Compute(Some.Context(logits, logits.clone(), null)).item<double>().Should().BeApproximately(0, 1e-14);
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action none = () => _ = new MultiLevelLoss([]);
        Action zero = () => _ = new MultiLevelLoss([1, 0]);
        Action instances = () => _ = new MultiLevelLoss { InstanceWeight = -1 };
        Action batch = () => _ = new MultiLevelLoss { BatchWeight = -1 };
        Action classes = () => _ = new MultiLevelLoss { ClassWeight = -1 };

        none.Should().Throw<ArgumentException>().WithMessage("*at least one temperature*");
        zero.Should().Throw<ArgumentOutOfRangeException>().WithMessage("temperatures must be positive*");
        instances.Should().Throw<ArgumentOutOfRangeException>().WithMessage("InstanceWeight must be *");
        batch.Should().Throw<ArgumentOutOfRangeException>().WithMessage("BatchWeight must be *");
        classes.Should().Throw<ArgumentOutOfRangeException>().WithMessage("ClassWeight must be *");
    }

    private static double Apart(double[][] student, double[][] teacher) =>
        (from i in Enumerable.Range(0, student.Length)
         from j in Enumerable.Range(0, student.Length)
         select Math.Pow(RowsByHand.Dot(teacher[i], teacher[j]) - RowsByHand.Dot(student[i], student[j]), 2)).Sum() / student.Length;
}
