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
    public void A_teacher_is_asked_for_when_there_is_none()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(torch.zeros(5, 4), null, null);

        Action compute = () => new SoftTargetLoss().Compute(context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs a teacher*");
    }
}
