using CsCheck;

namespace Distillation.Tests.Optimization;

public sealed class ScheduleTests
{
    [Fact]
    public void Number_is_a_schedule_that_never_changes()
    {
        Schedule schedule = 3;

        schedule.At(new(7, 70, 100, 10)).Should().Be(3);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(25, 0.75)]
    [InlineData(100, 0)]
    [InlineData(150, 0)]
    public void Linear_is_a_straight_line(long step, double expected) => new Schedule.Linear(1, 0).At(new(0, step, 100, 10)).Should().Be(expected);

    [Theory]
    [InlineData(0, 5)]
    [InlineData(50, 3)]
    [InlineData(100, 1)]
    public void Cosine_falls_by_half_a_wave(long step, double expected) => new Schedule.Cosine(5, 1).At(new(0, step, 100, 10)).Should().BeApproximately(expected, 1e-14);

    [Theory]
    [InlineData(0, 8)]
    [InlineData(2, 8)]
    [InlineData(3, 4)]
    [InlineData(6, 2)]
    public void Step_is_a_staircase(int epoch, double expected) => new Schedule.Step(8, 3, 0.5).At(new(epoch, 0, 100, 10)).Should().Be(expected);

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 2)]
    public void Multi_step_changes_at_its_milestones(int epoch, double expected) => new Schedule.MultiStep(8, 0.5, 2, 5).At(new(epoch, 0, 100, 10)).Should().Be(expected);

    [Fact]
    public void Multi_steps_with_the_same_milestones_are_equal() => new Schedule.MultiStep(8, 0.5, 2, 5).Should().Be(new Schedule.MultiStep(8, 0.5, 2, 5));

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(5, 0.55)]
    [InlineData(10, 1)]
    [InlineData(50, 1)]
    public void Warm_up_rises_to_the_schedule_behind_it(long step, double share) =>
        new Schedule.WarmUp(10, 4, start: 0.1).At(new(0, step, 100, 10)).Should().BeApproximately(4 * share, 1e-14);

    [Theory]
    [InlineData(10)]
    [InlineData(37)]
    [InlineData(200)]
    public void One_cycle_is_that_of_torch(int steps)
    {
        using var parameter = new Parameter(torch.zeros(1));
        using torch.optim.Optimizer optimizer = torch.optim.SGD([parameter], 0.1);
        torch.optim.lr_scheduler.LRScheduler reference = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, steps, cycle_momentum: false);
        var schedule = new Schedule.OneCycle(0.1);
        for (int step = 0; step < steps; step++)
        {
            schedule.At(new(0, step, steps, steps)).Should().BeApproximately(optimizer.ParamGroups.First().LearningRate, 1e-9, $"of step {step}");
            if (step < steps - 1)
            {
                reference.step();
            }
        }
    }

    [Fact]
    public void Every_schedule_stays_finite_everywhere() =>
        Gen.Select(Gen.Long[0, 50], Gen.Long[0, 50], Gen.Int[0, 50]).Sample((step, total, epoch) =>
        {
            Schedule[] all = [new Schedule.Linear(1, 2), new Schedule.Cosine(1), new Schedule.Step(1, 2), new Schedule.MultiStep(1, 0.1, 3), new Schedule.WarmUp(5, 1), new Schedule.OneCycle(1)];
            all.Should().AllSatisfy(schedule => double.IsFinite(schedule.At(new(epoch, step, total, 10))).Should().BeTrue());
        });

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        Func<object>[] wrong =
        [
            () => new Schedule.Constant(double.NaN),
            () => new Schedule.Linear(double.PositiveInfinity, 0),
            () => new Schedule.Step(1, 0),
            () => new Schedule.MultiStep(1, 0.1, 3, 3),
            () => new Schedule.MultiStep(1, 0.1, 0),
            () => new Schedule.WarmUp(0, 1),
            () => new Schedule.WarmUp(1, 1, start: 2),
            () => new Schedule.OneCycle(0),
            () => new Schedule.OneCycle(1, rise: 1),
        ];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentException>());
    }
}
