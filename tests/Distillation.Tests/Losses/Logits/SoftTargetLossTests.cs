using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class SoftTargetLossTests
{
    [Fact]
    public void Soft_targets_are_zero_when_student_equals_teacher()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(5, 4, dtype: torch.ScalarType.Float64);

        Tensor value = new SoftTargetLoss(4).Compute(Some.Context(logits, logits.clone(), null));

        value.item<double>().Should().BeApproximately(0, 1e-14);
    }

    [Fact]
    public void Classes_that_the_teacher_rules_out_cost_nothing()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 1, 0.5, -1 } }).requires_grad_();
        DistillationContext context = Some.Context(student, torch.tensor(new[,] { { 2, 1, double.NegativeInfinity } }), null);
        var loss = new SoftTargetLoss(1);

        Tensor value = loss.Compute(context);
        value.backward();

        double[] target = RowsByHand.LogSoftmax([2, 1]);
        double[] log = RowsByHand.LogSoftmax([1, 0.5, -1]);
        Close.ShouldBe(value.item<double>(), Enumerable.Range(0, 2).Sum(label => Math.Exp(target[label]) * (target[label] - log[label])), 1e-12);
        using var noGradient = torch.no_grad();
        LossGradient closed = loss.ClosedForm!.Compute(context);
        Close.ShouldBe(closed.Value.item<double>(), value.item<double>(), 1e-12);
        Close.ShouldBe(Close.Numbers(closed.AtLogits), Close.Numbers(student.grad!), 1e-12);
    }

    [Fact]
    public void Temperature_follows_the_run()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new SoftTargetLoss(new Schedule.Linear(1, 5));
        DistillationContext context = Some.Context(position: new(0, 50, 100, 10));

        double value = loss.Compute(context).item<double>();

        value.Should().Be(new SoftTargetLoss(3).Compute(context).item<double>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Temperature_is_refused_when_it_is_not_positive(double temperature)
    {
        Action make = () => _ = new SoftTargetLoss(temperature);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("temperature must be *");
    }

    [Fact]
    public void Shapes_of_both_are_named_when_they_differ()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(torch.zeros(5, 4), torch.zeros(5, 3), null);

        Action compute = () => new SoftTargetLoss().Compute(context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*[5, 4]*[5, 3]*");
    }

    [Fact]
    public void Teacher_is_required_when_there_is_none()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(torch.zeros(5, 4), null, null);

        Action compute = () => new SoftTargetLoss().Compute(context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs a teacher*");
    }
}
