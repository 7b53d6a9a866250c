using Distillation.Caching;
using Distillation.Losses;
using Distillation.Reports;
using Spectre.Console;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>The same run with a report every 50 steps to TensorBoard and to a console, and without any.</summary>
internal sealed class ReportingContest : IDisposable
{
    private const int Samples = 12_800;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data;
    private readonly Sequential _student;
    private readonly CachedTeacher _teacher;

    public ReportingContest(Size size)
    {
        torch.manual_seed(2);
        _data = new TensorData(torch.randn(Samples, 784), torch.randint(0, 10, Samples, torch.ScalarType.Int64));
        (Sequential Teacher, Sequential Student) networks = Networks.Of(size);
        _student = networks.Student;
        _teacher = new CachedTeacher(Teacher.From(networks.Teacher), Samples);
        _teacher.Fill(_data);
    }

    public void Silent() => Fit(reportEverySteps: null, progress: null);

    public void Reporting()
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(TextWriter.Null) });
        using var progress = new ConsoleProgress("student", console: console);
        var board = new TensorBoardProgress(_directory, progress);
        Fit(reportEverySteps: 50, board);
    }

    public void Dispose()
    {
        _teacher.Dispose();
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Fit(int? reportEverySteps, IProgress<TrainingProgress>? progress) => new DistillationTrainer(
        _teacher,
        Student.From(_student),
        (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()),
        new() { Epochs = 5, Optimizer = new SgdOptimizer(0.01), ReportEverySteps = reportEverySteps }).Fit(_data, progress: progress);
}
