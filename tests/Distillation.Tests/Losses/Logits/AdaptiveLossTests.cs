using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class AdaptiveLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DistillationContext _context = Some.Context(samples: 8);
    private readonly double[][] _student;
    private readonly double[][] _teacher;

    public AdaptiveLossTests()
    {
        _student = RowsByHand.Of(_context.Student.Logits);
        _teacher = RowsByHand.Of(_context.Teacher.Logits);
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0.5)]
    public void Weights_are_a_line_through_two_points(double atZero, double atOne)
    {
        double value = Value(new AdaptiveWeightLoss(new SoftTargetLoss(1), RowMeasure.TeacherConfidence, atZero, atOne));

        Close.ShouldBe(
            value, Rows().Average(row => (atZero + ((atOne - atZero) * Confidence(row))) * RowsByHand.Divergence(_student[row], _teacher[row])), 1e-12);
    }

    [Fact]
    public void Weights_go_on_beyond_the_points_but_not_below_zero()
    {
        double value = Value(new AdaptiveWeightLoss(new SoftTargetLoss(1), RowMeasure.TeacherCrossEntropy, atZero: 1, atOne: 0.5));

        double[] weights = [.. Rows().Select(row => 1 - (0.5 * RowsByHand.CrossEntropy(_teacher[row], Label(row))))];
        weights.Should().Contain(weight => weight < 0);
        Close.ShouldBe(value, Rows().Average(row => Math.Max(0, weights[row]) * RowsByHand.Divergence(_student[row], _teacher[row])), 1e-12);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(6, 2)]
    public void Each_row_has_a_temperature_between_the_two(double atZero, double atOne)
    {
        double value = Value(new AdaptiveTemperatureLoss(new SoftTargetLoss(1), RowMeasure.TeacherConfidence, atZero, atOne));

        double expected = Rows().Average(row =>
        {
            double temperature = atZero + ((atOne - atZero) * Confidence(row));
            return temperature * temperature * RowsByHand.Divergence(_student[row], _teacher[row], temperature);
        });
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Measures_above_one_give_no_higher_temperature()
    {
        var sharp = new AdaptiveTemperatureLoss(new SoftTargetLoss(1), new Constant(5), atZero: 1, atOne: 3);

        Close.ShouldBe(Value(sharp), Value(new SoftTargetLoss(3)), 1e-12);
    }

    [Fact]
    public void One_temperature_for_all_is_that_of_the_loss() =>
        Close.ShouldBe(Value(new AdaptiveTemperatureLoss(new SoftTargetLoss(1), RowMeasure.TeacherEntropy, 3, 3)), Value(new SoftTargetLoss(3)), 1e-12);

    [Fact]
    public void There_is_a_closed_form_where_the_loss_inside_has_one()
    {
        new AdaptiveWeightLoss(new SoftTargetLoss(), RowMeasure.TeacherConfidence).ClosedForm.Should().NotBeNull();
        new AdaptiveWeightLoss(new Learning(), RowMeasure.TeacherConfidence).ClosedForm.Should().BeNull();
        new AdaptiveTemperatureLoss(new Learning(), RowMeasure.TeacherConfidence).ClosedForm.Should().BeNull();
        new CurriculumLoss(new Learning(), RowMeasure.TeacherConfidence).ClosedForm.Should().BeNull();
    }

    [Fact]
    public void What_the_loss_inside_reads_learns_and_leaves_out_is_passed_on()
    {
        var inner = new Learning { IgnoredLabel = -100 };
        var loss = new AdaptiveWeightLoss(inner, RowMeasure.TeacherConfidence);

        loss.Prepare(_context);

        (loss.IgnoredLabel, loss.Module, loss.Features).Should().Be((-100, inner.Module, inner.Features));
        inner.Prepared.Should().BeTrue();
    }

    [Fact]
    public void Label_out_of_range_is_named_through_the_wrapper()
    {
        var loss = new AdaptiveTemperatureLoss(new HardLabelLoss(), RowMeasure.TeacherConfidence);
        Action compute = () => loss.Compute(Some.Context(torch.rand(2, 3), torch.rand(2, 3), torch.tensor(new long[] { 0, 7 })));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*[0, 2]*7*");
    }

    [Fact]
    public void Loss_on_labels_alone_needs_no_teacher_when_its_measure_needs_none()
    {
        DistillationContext context = Some.Context(_context.Student.Logits, teacher: null, _context.Batch.Labels);

        double value = new AdaptiveTemperatureLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, 1, 1).Compute(context).item<double>();

        Close.ShouldBe(value, Rows().Average(row => RowsByHand.CrossEntropy(_student[row], Label(row))), 1e-12);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        Action weight = () => _ = new AdaptiveWeightLoss(new SoftTargetLoss(), RowMeasure.TeacherConfidence, atOne: -1);
        Action temperature = () => _ = new AdaptiveTemperatureLoss(new SoftTargetLoss(), RowMeasure.TeacherConfidence, atZero: 0);

        weight.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("atOne");
        temperature.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("atZero");
    }

    private IEnumerable<int> Rows() => Enumerable.Range(0, _student.Length);

    private double Confidence(int row) => RowsByHand.Softmax(_teacher[row]).Max();

    private long Label(int row) => _context.Batch.Labels![row].item<long>();

    private double Value(RowLoss loss) => loss.Compute(_context).item<double>();

    private sealed class Constant(double value) : RowMeasure
    {
        public override Tensor Measure(LogitRows rows) => torch.full_like(rows.Student.select(1, 0), value);
    }

    private sealed class Learning : RowLoss
    {
        public override RequiredFeatures Features { get; } = new(FeatureSet.Of("inner"), FeatureSet.None);

        public override torch.nn.Module? Module { get; } = torch.nn.Identity();

        public bool Prepared { get; private set; }

        public override Tensor ComputeRows(LogitRows rows) => rows.Student.sum(1);

        public override void Prepare(DistillationContext sample) => Prepared = true;
    }
}
