using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class AnnealedTeacherLossTests
{
    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(24, 0.25)]
    [InlineData(25, 0.5)]
    [InlineData(74, 0.75)]
    [InlineData(75, 1)]
    [InlineData(100, 1)]
    public void Teacher_grows_by_levels(long step, double share)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(Epoch: 0, step, TotalSteps: 100, StepsPerEpoch: 100));

        double value = new AnnealedTeacherLoss(levels: 4).Compute(context).item<double>();

        double expected = Close.Numbers(context.Student.Logits).Zip(Close.Numbers(context.Teacher.Logits))
            .Average(pair => Math.Pow(pair.First - (share * pair.Second), 2));
        Close.ShouldBe(value, expected, 1e-12);
    }

    [Fact]
    public void Levels_have_the_steps_of_the_authors()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(Epoch: 130, Step: 130, TotalSteps: 200, StepsPerEpoch: 1));

        double value = new AnnealedTeacherLoss().Compute(context).item<double>();

        Tensor byHand = torch.nn.functional.mse_loss(context.Student.Logits, context.Teacher.Logits * 7.0 / 10);
        Close.ShouldBe(value, byHand.item<double>(), 1e-12);
    }

    [Fact]
    public void Levels_must_be_positive() => FluentActions.Invoking(() => new AnnealedTeacherLoss(0))
        .Should().Throw<ArgumentOutOfRangeException>().WithMessage("levels must be positive*0*");
}
