using Distillation.Losses;

namespace Distillation.Tests.Losses;

public sealed class RowMeasureTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DistillationContext _context = Some.Context(samples: 8);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Confidence_is_the_largest_probability() => ShouldBe(RowMeasure.TeacherConfidence, (_, teacher, _) => RowsByHand.Softmax(teacher).Max());

    [Fact]
    public void Entropy_is_a_share_of_the_largest() =>
        ShouldBe(RowMeasure.TeacherEntropy, (_, teacher, _) => -RowsByHand.LogSoftmax(teacher).Sum(log => Math.Exp(log) * log) / Math.Log(teacher.Length));

    [Fact]
    public void Entropy_of_a_teacher_that_rules_classes_out_is_that_of_the_others()
    {
        DistillationContext context = Some.Context(
            torch.zeros(1, 3, torch.ScalarType.Float64), torch.tensor(new[,] { { 1, 1, double.NegativeInfinity } }), labels: null);

        Close.ShouldBe(new AdaptiveWeightLoss(new Ones(), RowMeasure.TeacherEntropy).Compute(context).item<double>(), Math.Log(2) / Math.Log(3), 1e-12);
    }

    [Fact]
    public void Correctness_is_one_where_the_teacher_is_right() =>
        ShouldBe(RowMeasure.TeacherCorrectness, (_, teacher, label) => Array.IndexOf(teacher, teacher.Max()) == label ? 1 : 0);

    [Fact]
    public void Cross_entropies_are_with_the_label()
    {
        ShouldBe(RowMeasure.TeacherCrossEntropy, (_, teacher, label) => RowsByHand.CrossEntropy(teacher, label));
        ShouldBe(RowMeasure.StudentCrossEntropy, (student, _, label) => RowsByHand.CrossEntropy(student, label));
    }

    [Fact]
    public void Measures_are_constants()
    {
        Tensor value = new AdaptiveWeightLoss(new Ones(), RowMeasure.StudentCrossEntropy).Compute(_context);
        value.backward();

        _context.Student.Logits.grad!.abs().max().item<double>().Should().Be(0, "the loss inside does not move, and the measure is a constant");
    }

    [Fact]
    public void Measure_of_a_wrong_shape_is_named()
    {
        Action compute = () => new AdaptiveWeightLoss(new SoftTargetLoss(), new Wrong()).Compute(_context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*?8?*Wrong*?8, 4?*");
    }

    // The mean of ones weighted by the measures of single rows is the measure.
    private void ShouldBe(RowMeasure measure, Func<double[], double[], long, double> reference)
    {
        double[][] student = RowsByHand.Of(_context.Student.Logits);
        double[][] teacher = RowsByHand.Of(_context.Teacher.Logits);
        for (int row = 0; row < student.Length; row++)
        {
            Tensor label = _context.Batch.Labels!.narrow(0, row, 1);
            DistillationContext one = Some.Context(_context.Student.Logits.narrow(0, row, 1), _context.Teacher.Logits.narrow(0, row, 1), label);

            double value = new AdaptiveWeightLoss(new Ones(), measure).Compute(one).item<double>();

            Close.ShouldBe(value, reference(student[row], teacher[row], label.item<long>()), 1e-12);
        }
    }

    private sealed class Ones : RowLoss
    {
        public override Tensor ComputeRows(LogitRows rows) => (rows.Student.sum(1) * 0) + 1;
    }

    private sealed class Wrong : RowMeasure
    {
        public override Tensor Measure(LogitRows rows) => rows.Teacher;
    }
}
