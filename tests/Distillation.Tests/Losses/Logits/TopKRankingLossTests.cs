using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class TopKRankingLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DistillationContext _context = Some.Context(samples: 6, classes: 7);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(10)]
    public void Hinge_has_the_margin_of_the_teacher(int count) =>
        Close.ShouldBe(
            Value(new TopKHingeLoss(count)),
            Reference(count, (student, teacher, i, j) => Math.Max(
                0, RowsByHand.Softmax(teacher)[i] - RowsByHand.Softmax(teacher)[j] - (RowsByHand.Softmax(student)[i] - RowsByHand.Softmax(student)[j]))),
            1e-9);

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Hinge_has_the_margin_that_is_given(double margin) =>
        Close.ShouldBe(
            Value(new TopKHingeLoss(4) { Margin = margin }),
            Reference(4, (student, _, i, j) => Math.Max(0, margin - (RowsByHand.Softmax(student)[i] - RowsByHand.Softmax(student)[j]))),
            1e-9);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(10)]
    public void Logistic_is_of_the_differences_of_logits(int count) =>
        Close.ShouldBe(Value(new TopKLogisticLoss(count)), Reference(count, (student, _, i, j) => Math.Log(1 + Math.Exp(student[j] - student[i]))), 1e-9);

    [Fact]
    public void Classes_that_the_teacher_does_not_hold_possible_are_no_pairs()
    {
        Tensor teacher = torch.tensor(new double[,] { { 3, 2, -40, -50 } });
        Tensor student = torch.tensor(new double[,] { { 1, 2, 3, 4 } });

        double value = new TopKLogisticLoss(4).Compute(Some.Context(student, teacher, labels: null)).item<double>();

        Close.ShouldBe(value, Math.Log(1 + Math.E), 1e-12);
    }

    [Fact]
    public void Classes_that_the_teacher_holds_equal_are_no_pairs()
    {
        Tensor teacher = torch.tensor(new double[,] { { 3, 3, 1 } });
        Tensor student = torch.tensor(new double[,] { { 2, 5, 1 } });

        double value = new TopKLogisticLoss(3).Compute(Some.Context(student, teacher, labels: null)).item<double>();

        Close.ShouldBe(value, (Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(-4))) / 2, 1e-12);
    }

    [Fact]
    public void Hinge_is_zero_at_the_teacher() =>
        Gen.Int[0, 1000].ForAll(
            seed =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(classes: 6, seed: seed);

                new TopKHingeLoss().Compute(context.With(new ModelOutput(context.Teacher.Logits), context.Teacher)).item<double>()
                    .Should().BeApproximately(0, 1e-15);
            },
            iter: 30);

    [Fact]
    public void Neither_depends_on_shifts() =>
        Gen.Select(Gen.Double[-20, 20], Gen.Double[-20, 20], Gen.Int[0, 1000]).ForAll(
            (shift, teacherShift, seed) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(classes: 6, seed: seed);
                DistillationContext moved = context.With(
                    new ModelOutput(context.Student.Logits + shift), new ModelOutput(context.Teacher.Logits + teacherShift));
                IDistillationLoss[] losses = [new TopKHingeLoss(4), new TopKLogisticLoss(4)];

                losses.Should().AllSatisfy(loss => loss.Compute(moved).item<double>().Should().BeApproximately(loss.Compute(context).item<double>(), 1e-10));
            },
            iter: 30);

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Func<object>[] wrong = [() => new TopKHingeLoss(1), () => new TopKLogisticLoss(1), () => new TopKHingeLoss { Margin = -1 }];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>());
    }

    private double Value(IDistillationLoss loss) => loss.Compute(_context).item<double>();

    private double Reference(int count, Func<double[], double[], int, int, double> cost) =>
        RowsByHand.Of(_context.Student.Logits).Zip(RowsByHand.Of(_context.Teacher.Logits), (student, teacher) =>
        {
            int[] top = [.. Enumerable.Range(0, teacher.Length).OrderByDescending(label => teacher[label]).Take(count)];
            return top.SelectMany((_, first) => top.Skip(first + 1).Select(second => cost(student, teacher, top[first], second))).Average();
        }).Average();
}
