using Distillation.Losses;

namespace Distillation.Testing.Tests;

public sealed class LossCheckTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_on_rows_passes() => LossCheck.Run(() => new CosineLoss());

    [Fact]
    public void Sum_of_losses_passes() => LossCheck.Run(() => (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()));

    [Fact]
    public void Loss_that_learns_passes_with_shapes_of_layers() => LossCheck.Run(
        () => new HintLoss("block1", "block4.out", new ConvolutionConnector()),
        new LossCheckOptions
        {
            Labels = LossCheckOptions.NoLabels,
            StudentLayers = new Dictionary<Feature, long[]> { ["block1"] = [3, 2, 2] },
            TeacherLayers = new Dictionary<Feature, long[]> { ["block4.out"] = [5, 2, 2] },
            // Kernels of convolutions in float32 are wrong on some processors where the batch has several samples.
            Float32Samples = 1,
        });

    [Theory]
    [InlineData(3)]
    [InlineData(2, 3)]
    public void Sequences_and_maps_pass(params int[] places) =>
        LossCheck.Run(() => new SoftTargetLoss(2), new LossCheckOptions { Places = [.. places.Select(size => (long)size)], Samples = 3 });

    [Theory]
    [InlineData("gradient at outputs", typeof(DetachedLoss))]
    [InlineData("gradient at parameters", typeof(WrongParameterLoss))]
    [InlineData("closed form in float64", typeof(WrongClosedFormLoss))]
    [InlineData("closed form in float32", typeof(WrongSingleClosedFormLoss))]
    [InlineData("closed form inputs", typeof(OverwritingClosedFormLoss))]
    [InlineData("float32", typeof(WrongSingleLoss))]
    [InlineData("huge logits", typeof(OverflowingLoss))]
    [InlineData("equal logits", typeof(EqualLogitsLoss))]
    [InlineData("student equal to teacher", typeof(DistanceLoss))]
    [InlineData("one sample", typeof(DeviationLoss))]
    [InlineData("two classes", typeof(ThreeClassLoss))]
    [InlineData("zero layers", typeof(NormLoss))]
    [InlineData("live tensors", typeof(LeakingLoss))]
    [InlineData("parts of a batch", typeof(ComparingLoss))]
    public void Wrong_loss_fails_the_check_of_that_name_alone(string check, Type loss)
    {
        Action run = () => LossCheck.Run(() => (IDistillationLoss)Activator.CreateInstance(loss)!);

        run.Should().Throw<CheckFailedException>().Which.Failures.Select(failure => failure.Check).Should().Equal(check);
    }

    [Fact]
    public void Constant_loss_fails_the_descent()
    {
        Check descent = LossCheck.All(() => new ConstantLoss()).Single(check => check.Name == "descent");

        FluentActions.Invoking(descent.Run).Should().Throw<CheckFailedException>().WithMessage("descent: The gradient*must not be zero everywhere*");
    }

    [Fact]
    public void Message_has_the_numbers()
    {
        Check check = LossCheck.All(() => new WrongClosedFormLoss()).Single(check => check.Name == "closed form in float64");

        FluentActions.Invoking(check.Run).Should().Throw<CheckFailedException>()
            .WithMessage("closed form in float64: The gradient of the closed form must be [*], but is [*]; the largest difference is *, and the tolerance *.");
    }

    [Fact]
    public void Exception_of_the_loss_is_a_failure_with_the_exception_inside()
    {
        Action run = () => LossCheck.Run(() => throw new NotSupportedException("not yet"));

        CheckFailedException failed = run.Should().Throw<CheckFailedException>().Which;
        failed.Failures.Should().HaveSameCount(LossCheck.All(() => new CosineLoss())).And.OnlyContain(
            failure => failure.Message == "NotSupportedException: not yet");
        failed.InnerException.Should().BeOfType<NotSupportedException>();
    }

    [Fact]
    public void Skipped_check_does_not_run_and_shows_its_reason()
    {
        var options = new LossCheckOptions { Skip = new Dictionary<string, string> { ["one sample"] = "needs a deviation" } };

        LossCheck.Run(() => new DeviationLoss(), options);

        Check skipped = LossCheck.All(() => new DeviationLoss(), options).Single(check => check.SkipReason is not null);
        skipped.Run();
        skipped.ToString().Should().Be("one sample (skipped: needs a deviation)");
    }

    [Fact]
    public void Unknown_check_cannot_be_skipped()
    {
        Action run = () => LossCheck.Run(() => new CosineLoss(), new LossCheckOptions { Skip = new Dictionary<string, string> { ["leaks"] = "" } });

        run.Should().Throw<ArgumentException>().WithMessage("Skip must name checks that exist, but has 'leaks'. There are: gradient at outputs, *");
    }

    [Fact]
    public void Samples_classes_and_places_out_of_range_are_refused()
    {
        FluentActions.Invoking(() => new LossCheckOptions { Samples = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Samples must be*");
        FluentActions.Invoking(() => new LossCheckOptions { Classes = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Classes must be*");
        FluentActions.Invoking(() => new LossCheckOptions { Places = [0] }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Places must be*");
        FluentActions.Invoking(() => new LossCheckOptions { Places = [1, 2, 3] }).Should().Throw<ArgumentException>().WithMessage("Places must have at most*");
    }

    [Fact]
    public void Checks_leave_no_tensor_and_the_generator_and_the_gradient_mode_as_they_were()
    {
        using var noGradient = torch.no_grad();
        torch.manual_seed(5);
        double expected = torch.rand(1).item<float>();
        torch.manual_seed(5);

        LossCheck.Run(() => new SoftTargetLoss(4));
        torch.manual_seed(5);
        // The count of the process grows with each Parameter that is made, even if it is disposed.
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        LossCheck.Run(() => new SoftTargetLoss(4));

        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.Should().Be(before);
        torch.is_grad_enabled().Should().BeFalse();
        torch.rand(1).item<float>().Should().Be((float)expected);
    }

    private sealed class ConstantLoss : RowLoss
    {
        public override Tensor ComputeRows(LogitRows rows) => rows.Student.sum(1) * 0;
    }
}
