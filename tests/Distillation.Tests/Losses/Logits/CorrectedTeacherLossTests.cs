using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class CorrectedTeacherLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    // The teacher is right about the first row, and wrong about the second.
    private readonly Tensor _teacher = torch.tensor(new[,] { { 2.0, 0.5, -1 }, { 2.0, 0.5, -1 } });
    private readonly Tensor _labels = torch.tensor([0L, 1]);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Probability_shift_swaps_the_label_with_the_largest_where_the_teacher_is_wrong() =>
        Seen(TeacherCorrection.ProbabilityShift, 1).Should().BeEquivalentTo(
            new double[][] { [2.0, 0.5, -1], [0.5, 2.0, -1] }, options => options.WithStrictOrdering().Using<double>(Approximate).WhenTypeIs<double>());

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Label_smoothing_replaces_the_rows_of_which_the_teacher_is_wrong(double temperature)
    {
        double[][] rows = Seen(TeacherCorrection.LabelSmoothing(0.3), temperature);

        rows[0].Should().Equal(2.0, 0.5, -1);
        Close.ShouldBe(RowsByHand.Softmax(rows[1], temperature), [0.1, 0.8, 0.1], 1e-12, "the target");
    }

    [Fact]
    public void Minifinetuning_lifts_the_label_above_what_was_largest_by_the_threshold()
    {
        double[] before = RowsByHand.Softmax([2.0, 0.5, -1]);
        double[][] rows = [.. Seen(TeacherCorrection.Minifinetuning(0.25), 1).Select(row => RowsByHand.Softmax(row))];

        Close.ShouldBe(rows[0][0], Math.Min(1, before[0] + 0.25), 1e-12, "the label of a row that is right");
        Close.ShouldBe(rows[1][1] - rows[1][0], 0.25, 1e-12, "the gap of a row that is wrong");
        Close.ShouldBe(rows[1][0] / rows[1][2], before[0] / before[2], 1e-12, "the ratio of the other classes");
    }

    [Fact]
    public void Minifinetuning_of_a_teacher_that_is_sure_gives_the_label()
    {
        Tensor log = torch.tensor(new[,] { { 0, double.NegativeInfinity } });

        Tensor corrected = TeacherCorrection.Minifinetuning(1).Correct(log, torch.tensor([0L]));

        Close.Numbers(corrected.exp()).Should().Equal(1, 0);
    }

    [Fact]
    public void Rows_that_are_not_changed_keep_their_logits_for_losses_that_go_by_their_scale()
    {
        Tensor student = torch.tensor(new[,] { { 1.0, 3, -2 } });
        DistillationContext context = Some.Context(student, _teacher.narrow(0, 0, 1), _labels.narrow(0, 0, 1));

        new CorrectedTeacherLoss(new LogitMseLoss(), TeacherCorrection.LabelSmoothing(), 5).Compute(context).item<double>()
            .Should().Be(new LogitMseLoss().Compute(context).item<double>());
    }

    [Fact]
    public void Correction_that_is_derived_is_used()
    {
        var loss = new CorrectedTeacherLoss(new SoftTargetLoss(1), new Even());
        Tensor student = torch.tensor(new[,] { { 1.0, 3, -2 }, { 0.5, 0, 2 } });

        double value = loss.Compute(Some.Context(student, _teacher, _labels)).item<double>();

        double expected = RowsByHand.SoftmaxRows(student).Average(row => RowsByHand.Kl([1.0 / 3, 1.0 / 3, 1.0 / 3], row));
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Correction_of_another_shape_is_refused()
    {
        Action compute = () => new CorrectedTeacherLoss(new SoftTargetLoss(1), new Short()).Compute(Some.Context(_teacher.clone(), _teacher, _labels));

        compute.Should().Throw<InvalidOperationException>().WithMessage("A correction must return probabilities ?2, 3?, but Short returned ?2, 2?.");
    }

    [Fact]
    public void A_loss_that_reads_layers_of_the_teacher_is_refused()
    {
        Action make = () => _ = new CorrectedTeacherLoss(new SparseTargetLoss(), TeacherCorrection.ProbabilityShift);

        make.Should().Throw<ArgumentException>().WithMessage("*must compare the teacher's logits*SparseTarget reads its layers*");
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void Numbers_out_of_range_are_refused(double number)
    {
        Action smoothing = () => TeacherCorrection.LabelSmoothing(number);
        Action threshold = () => TeacherCorrection.Minifinetuning(number);

        smoothing.Should().Throw<ArgumentOutOfRangeException>().WithMessage("smoothing must be *");
        threshold.Should().Throw<ArgumentOutOfRangeException>().WithMessage("threshold must be *");
    }

    private static void Approximate(FluentAssertions.Equivalency.IAssertionContext<double> one) => one.Subject.Should().BeApproximately(one.Expectation, 1e-12);

    private double[][] Seen(TeacherCorrection correction, double temperature)
    {
        var seen = new TeacherSeen();
        new CorrectedTeacherLoss(seen, correction, temperature).Compute(Some.Context(_teacher.clone(), _teacher, _labels));
        return seen.Rows;
    }

    private sealed class TeacherSeen : RowLoss
    {
        public double[][] Rows { get; private set; } = [];

        public override Tensor ComputeRows(LogitRows rows)
        {
            Rows = RowsByHand.Of(rows.Teacher);
            return rows.Student.sum([1L]);
        }
    }

    private sealed class Even : TeacherCorrection
    {
        public override Tensor Correct(Tensor logProbabilities, Tensor labels) => torch.full_like(logProbabilities, -Math.Log(3));
    }

    private sealed class Short : TeacherCorrection
    {
        public override Tensor Correct(Tensor logProbabilities, Tensor labels) => logProbabilities.narrow(1, 0, 2);
    }
}
