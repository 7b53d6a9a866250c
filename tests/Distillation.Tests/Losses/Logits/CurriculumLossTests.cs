using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class CurriculumLossTests : IDisposable
{
    // The cross entropy of each row with its label falls with the first logit.
    private static readonly double[] Ease = [0.5, 3, -1, 2, 0, 4, 1, -2, 2.5, -3];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _logits = torch.stack([torch.tensor(Ease), torch.zeros(10, torch.ScalarType.Float64)], 1);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.3, 3)]
    [InlineData(0.7, 7)]
    [InlineData(0.74, 7)]
    [InlineData(0.01, 1)]
    [InlineData(1, 10)]
    public void Easiest_share_counts(double share, int taken) =>
        Close.ShouldBe(Value(new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, share)), Costs().Order().Take(taken).Average(), 1e-12);

    [Fact]
    public void Hardest_go_first_when_they_should() =>
        Close.ShouldBe(
            Value(new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, 0.4) { Order = CurriculumOrder.HardestFirst }),
            Costs().OrderDescending().Take(4).Average(),
            1e-12);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(50, 6)]
    [InlineData(100, 10)]
    public void Share_follows_the_run(long step, int taken)
    {
        var loss = new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy);

        Close.ShouldBe(Value(loss, new TrainingPosition(0, step, 100, 100)), Costs().Order().Take(taken).Average(), 1e-12);
    }

    [Theory]
    [InlineData(CurriculumOrder.EasiestFirst)]
    [InlineData(CurriculumOrder.HardestFirst)]
    public void Masked_rows_are_neither_taken_nor_counted(CurriculumOrder order)
    {
        // The easiest, the hardest and two more are out: half of six rows is three.
        bool[] mask = [true, true, false, true, true, false, true, true, false, false];
        var loss = new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, 0.5) { Order = order };
        var batch = new MaskedBatch(
            torch.zeros(2, 1), torch.zeros(2, 5, torch.ScalarType.Int64), torch.arange(2, torch.ScalarType.Int64), torch.tensor(mask).view(2, 5));

        double value = loss.Compute(new DistillationContext(new ModelOutput(_logits.view(2, 5, 2)), teacher: null, batch)).item<double>();

        IEnumerable<double> kept = Costs().Where((_, row) => mask[row]);
        Close.ShouldBe(value, (order == CurriculumOrder.EasiestFirst ? kept.Order() : kept.OrderDescending()).Take(3).Average(), 1e-12);
    }

    [Fact]
    public void Batch_of_which_nothing_counts_is_zero()
    {
        var batch = new MaskedBatch(torch.zeros(2, 1), torch.zeros(2, 5, torch.ScalarType.Int64), torch.arange(2, torch.ScalarType.Int64), torch.zeros(2, 5));

        double value = new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy)
            .Compute(new DistillationContext(new ModelOutput(_logits.view(2, 5, 2)), teacher: null, batch))
            .item<double>();

        value.Should().Be(0);
    }

    [Fact]
    public void First_go_first_where_all_are_equally_hard()
    {
        Tensor logits = torch.zeros(4, 2, torch.ScalarType.Float64).requires_grad_();

        new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, 0.5)
            .Compute(Some.Context(logits, teacher: null, torch.zeros(4, torch.ScalarType.Int64)))
            .backward();

        RowsByHand.Of(logits.grad!).Select(row => row[0]).Should().Equal(-0.25, -0.25, 0, 0);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.1)]
    public void Share_out_of_range_is_refused(double share)
    {
        Action constant = () => _ = new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, share);
        Action later = () => Value(new CurriculumLoss(new HardLabelLoss(), RowMeasure.StudentCrossEntropy, new Schedule.Linear(share, 0.5)));

        constant.Should().Throw<ArgumentOutOfRangeException>().WithMessage("share must be *");
        later.Should().Throw<ArgumentOutOfRangeException>().WithMessage("share must be *");
    }

    private static IEnumerable<double> Costs() => Ease.Select(ease => Math.Log(1 + Math.Exp(-ease)));

    private double Value(RowLoss loss, TrainingPosition position = default) =>
        loss.Compute(Some.Context(_logits, teacher: null, torch.zeros(10, torch.ScalarType.Int64), position)).item<double>();
}
