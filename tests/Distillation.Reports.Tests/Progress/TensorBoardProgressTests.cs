namespace Distillation.Reports.Tests;

public sealed class TensorBoardProgressTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_is_in_the_event_file()
    {
        string folder = Path.Combine(_folder, "runs", "first");
        TrainingResult result = Example.Trained(new TensorBoardProgress(folder));

        IReadOnlyList<(string Tag, long Step, float Value)> scalars = EventFile.Scalars(Directory.GetFiles(folder).Should().ContainSingle().Subject);

        scalars.Select(scalar => scalar.Tag).Distinct().Should().Equal(
        [
            "loss",
            .. result.History[0].Terms.Keys.Select(term => $"terms/{term}"),
            "learning rate",
            "samples per second",
            .. result.History[0].Validation!.Metrics.Keys.Select(metric => $"validation/{metric}"),
        ]);
        scalars.Where(scalar => scalar.Tag == "loss").Select(scalar => (scalar.Step, scalar.Value)).Should()
            .Equal(result.History.Select(report => (report.Position.Step, (float)report.Loss)));
        scalars.Where(scalar => scalar.Tag == "validation/Accuracy").Select(scalar => scalar.Value).Should()
            .Equal(result.History.Select(report => (float)report.Validation!.Accuracy));
    }

    [Fact]
    public void Values_that_are_not_finite_and_the_norm_of_the_gradient_are_written()
    {
        var progress = new TensorBoardProgress(_folder);
        progress.Report(Example.Result(epochs: 1, terms: []).History[0] with { Loss = double.NaN, GradientNorm = 1e300, Validation = null });

        EventFile.Scalars(Directory.GetFiles(_folder).Single()).Should().Contain([("loss", 10, float.NaN), ("gradient norm", 10, float.PositiveInfinity)]);
    }

    [Fact]
    public void Next_receives_each_report()
    {
        var console = new Spectre.Console.Testing.TestConsole();
        using var next = new ConsoleProgress(console: console);
        var progress = new TensorBoardProgress(_folder, next);
        Example.Result(epochs: 3).History.ToList().ForEach(progress.Report);

        console.Lines.Should().HaveCount(3);
    }

    [Fact]
    public void Step_that_the_format_cannot_hold_and_a_directory_without_a_name_are_refused()
    {
        var progress = new TensorBoardProgress(_folder);
        TrainingProgress report = Example.Result(epochs: 1).History[0] with { Position = new(1, 3_000_000_000, 0, 0) };

        FluentActions.Invoking(() => progress.Report(report)).Should().Throw<OverflowException>();
        FluentActions.Invoking(() => progress.Report(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new TensorBoardProgress(" ")).Should().Throw<ArgumentException>().WithParameterName("directory");
    }
}
