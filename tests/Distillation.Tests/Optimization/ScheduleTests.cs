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
    [InlineData(0, 0.0202138409972564)] // 3 · exp(−5)
    [InlineData(20, 0.8595143905805702)] // 3 · exp(−5 · 0.5²)
    [InlineData(40, 3)]
    [InlineData(90, 3)]
    public void Ramp_rises_as_a_part_of_a_bell(long step, double expected) =>
        new Schedule.RampUp(3, share: 0.4).At(new(0, step, 100, 10)).Should().BeApproximately(expected, 1e-14);

    [Theory]
    [InlineData(0, 5)]
    [InlineData(50, 3)]
    [InlineData(100, 1)]
    public void Cosine_falls_by_half_a_wave(long step, double expected) =>
        new Schedule.Cosine(5, 1).At(new(0, step, 100, 10)).Should().BeApproximately(expected, 1e-14);

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
    public void Multi_step_changes_at_its_milestones(int epoch, double expected) =>
        new Schedule.MultiStep(8, 0.5, 2, 5).At(new(epoch, 0, 100, 10)).Should().Be(expected);

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

    [Theory]
    [InlineData(0, 1)]
    [InlineData(20, 1)]
    [InlineData(35, 2)]
    [InlineData(50, 3)]
    [InlineData(100, 3)]
    public void Window_plays_a_schedule_in_a_part_of_the_run(long step, double expected) =>
        new Schedule.Window(0.2, 0.5, new Schedule.Linear(1, 3)).At(new(0, step, 100, 10)).Should().BeApproximately(expected, 1e-14);

    [Theory]
    [InlineData(39, 8)]
    [InlineData(40, 8)]
    [InlineData(59, 8)]
    [InlineData(60, 4)]
    [InlineData(79, 4)]
    [InlineData(80, 4)]
    [InlineData(200, 4)]
    public void Epochs_of_a_window_count_from_its_beginning(long step, double expected) =>
        new Schedule.Window(0.2, 0.4, new Schedule.Step(8, 2, 0.5)).At(new((int)(step / 10), step, 200, 10)).Should().Be(expected);

    [Fact]
    public void Window_over_the_whole_run_is_the_schedule_itself()
    {
        Schedule[] all =
            [new Schedule.Cosine(3, 1), new Schedule.OneCycle(1), new Schedule.WarmUp(5, new Schedule.Step(1, 2)), new Schedule.MultiStep(1, 0.5, 3, 7)];
        foreach (TrainingPosition position in Enumerable.Range(0, 100).Select(step => new TrainingPosition(step / 10, step, 100, 10)))
        {
            all.Should().AllSatisfy(schedule => new Schedule.Window(0, 1, schedule).At(position).Should().Be(schedule.At(position)));
        }
    }

    [Fact]
    public void Window_has_not_begun_where_the_length_of_the_run_is_not_known() =>
        new Schedule.Window(0, 0.5, new Schedule.Linear(1, 3)).At(new(3, 30, 0, 0)).Should().Be(1);

    [Fact]
    public void Window_too_short_for_an_update_is_a_step() =>
        Enumerable.Range(0, 10).Select(step => new Schedule.Window(0.5, 0.51, new Schedule.Linear(0, 1)).At(new(0, step, 10, 10)))
            .Should().Equal(0, 0, 0, 0, 0, 0, 1, 1, 1, 1);

    [Fact]
    public void Every_schedule_stays_finite_everywhere() =>
        Gen.Select(Gen.Long[0, 50], Gen.Long[0, 50], Gen.Int[0, 50]).ForAll((step, total, epoch) =>
        {
            Schedule[] all =
            [
                new Schedule.Linear(1, 2),
                new Schedule.Cosine(1),
                new Schedule.Step(1, 2),
                new Schedule.MultiStep(1, 0.1, 3),
                new Schedule.WarmUp(5, 1),
                new Schedule.OneCycle(1),
                new Schedule.Window(0.3, 0.4, new Schedule.OneCycle(1)),
            ];
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
            () => new Schedule.Window(-0.1, 0.5, 1),
            () => new Schedule.Window(0.5, 0.5, 1),
            () => new Schedule.Window(0.5, 1.1, 1),
        ];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentException>());
    }
}
