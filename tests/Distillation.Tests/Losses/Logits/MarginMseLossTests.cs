using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class MarginMseLossTests : IDisposable
{
    private const double Out = double.NegativeInfinity;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // The number is from NumPy.
    [Fact]
    public void Value_is_the_mean_square_over_all_margins()
    {
        Tensor student = torch.tensor(new[,] { { 2, 0.5, -1 }, { 0.3, 1.2, 0.7 } });
        Tensor teacher = torch.tensor(new[,] { { 3, 1, 0.2 }, { 1.5, 0.1, -0.4 } });

        Close.ShouldBe(Value(student, teacher), 2.7175, 1e-14);
    }

    [Fact]
    public void Value_is_that_of_the_margin_of_a_pair_when_there_is_one_negative()
    {
        Tensor student = torch.tensor(new[,] { { 2.0, 0.5 } });
        Tensor teacher = torch.tensor(new[,] { { 7.0, 3.0 } });

        Close.ShouldBe(Value(student, teacher), 6.25, 1e-14);
    }

    [Fact]
    public void Value_does_not_depend_on_a_constant_added_to_all_scores_of_a_query() =>
        Gen.Select(Gen.Double[-50, 50].Array[5], Gen.Int[0, 1000]).ForAll(
            (shifts, seed) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(seed: seed);

                double moved = Value(context.Student.Logits + torch.tensor(shifts).unsqueeze(1), context.Teacher.Logits);

                Close.ShouldBe(moved, Value(context.Student.Logits, context.Teacher.Logits), 1e-9);
            },
            iter: 50);

    [Fact]
    public void Value_does_not_depend_on_the_order_of_the_negatives_but_on_which_is_the_positive()
    {
        DistillationContext context = Some.Context();
        Tensor Ordered(Tensor scores, params long[] columns) => scores.index_select(1, torch.tensor(columns));
        double Of(params long[] columns) => Value(Ordered(context.Student.Logits, columns), Ordered(context.Teacher.Logits, columns));

        Close.ShouldBe(Of(0, 3, 1, 2), Of(0, 1, 2, 3), 1e-12);
        Math.Abs(Of(1, 0, 2, 3) - Of(0, 1, 2, 3)).Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void Queries_with_fewer_negatives_have_the_mean_over_those_that_they_have()
    {
        Tensor student = torch.tensor(new[,] { { 2, 0.5, -1, 4 }, { 0.3, 1.2, Out, Out } }).requires_grad_();
        Tensor teacher = torch.tensor(new[,] { { 3, 1, 0.2, 2 }, { 1.5, 0.1, Out, Out } });

        Tensor value = new MarginMseLoss().Compute(Some.Context(student, teacher, null));
        value.backward();

        double first = ((0.5 * 0.5) + (0.2 * 0.2) + (3 * 3)) / 3;
        Close.ShouldBe(value.item<double>(), (first + (2.3 * 2.3)) / 2, 1e-12);
        Close.ShouldBe(Close.Numbers(student.grad!)[4..], [-2.3, 2.3, 0, 0], 1e-12);
        ShouldHaveTheSameClosedForm(student, teacher);
    }

    [Fact]
    public void Query_without_a_positive_counts_as_zero()
    {
        Tensor student = torch.tensor(new[,] { { Out, 0.5, -1 }, { 0.3, 1.2, 0.7 } }).requires_grad_();
        Tensor teacher = torch.tensor(new[,] { { Out, 1, 0.2 }, { 1.5, 0.1, -0.4 } });

        Tensor value = new MarginMseLoss().Compute(Some.Context(student, teacher, null));
        value.backward();

        Close.ShouldBe(value.item<double>(), Value(student.narrow(0, 1, 1), teacher.narrow(0, 1, 1)) / 2, 1e-12);
        Close.Numbers(student.grad!)[..3].Should().AllBeEquivalentTo(0.0);
        ShouldHaveTheSameClosedForm(student, teacher);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Value_is_infinite_when_one_model_alone_rules_a_negative_out(bool student)
    {
        Tensor ruled = torch.tensor(new[,] { { 1, 0, Out } });
        Tensor whole = torch.tensor(new[,] { { 1.0, 0, 2 } });
        (Tensor Student, Tensor Teacher) scores = student ? (ruled, whole) : (whole, ruled);

        Value(scores.Student, scores.Teacher).Should().Be(double.PositiveInfinity);
        using var noGradient = torch.no_grad();
        new MarginMseLoss().ClosedForm!.Compute(Some.Context(scores.Student, scores.Teacher, null)).Value.item<double>()
            .Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Query_without_a_negative_is_refused()
    {
        Action compute = () => Value(torch.ones(3, 1), torch.ones(3, 1));

        compute.Should().Throw<InvalidOperationException>().WithMessage("MarginMse compares*?3, 1?*");
    }

    private static double Value(Tensor student, Tensor teacher) => Close.Numbers(new MarginMseLoss().Compute(Some.Context(student, teacher, null)))[0];

    private static void ShouldHaveTheSameClosedForm(Tensor student, Tensor teacher)
    {
        using var noGradient = torch.no_grad();
        LossGradient closed = new MarginMseLoss().ClosedForm!.Compute(Some.Context(student, teacher, null));

        Close.ShouldBe(closed.Value.item<double>(), Value(student, teacher), 1e-12);
        Close.ShouldBe(Close.Numbers(closed.AtLogits), Close.Numbers(student.grad!), 1e-12);
    }
}
