using Distillation.Caching;
using Distillation.Losses;
using Distillation.Reports;
using Spectre.Console;
using TorchSharp.Modules;

namespace Distillation.Benchmarks;

/// <summary>The reports of a run to TensorBoard and to a console, and the run without any.</summary>
/// <remarks>A run with reports waits for each of them, and for nothing else: what is drawn meanwhile is drawn by another thread.</remarks>
internal sealed class ReportingContest : IDisposable
{
    private const int Samples = 12_800;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data;
    private readonly Sequential _student;
    private readonly CachedTeacher _teacher;
    private readonly ConsoleProgress _console;
    private readonly TensorBoardProgress _board;
    private TrainingProgress? _last;

    public ReportingContest(Size size)
    {
        torch.manual_seed(2);
        _data = new TensorData(torch.randn(Samples, 784), torch.randint(0, 10, Samples, torch.ScalarType.Int64));
        (Sequential Teacher, Sequential Student) networks = Networks.Of(size);
        _student = networks.Student;
        _teacher = new CachedTeacher(Teacher.From(networks.Teacher), Samples);
        _teacher.Fill(_data);
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(TextWriter.Null) });
        _console = new ConsoleProgress("student", console: console);
        _board = new TensorBoardProgress(_directory, _console);
    }

    /// <summary>The run without reports: 1 000 steps.</summary>
    public void Silent() => Fit(reportEverySteps: null, progress: null);

    /// <summary>As many reports as the run has with one every 50 steps.</summary>
    public void Reports()
    {
        if (_last is null)
        {
            Fit(reportEverySteps: 500, new Synchronous(report => _last = report));
        }

        for (int i = 0; i < 20; i++)
        {
            _board.Report(_last!);
        }
    }

    public void Dispose()
    {
        _console.Dispose();
        _teacher.Dispose();
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void Fit(int? reportEverySteps, IProgress<TrainingProgress>? progress) => new DistillationTrainer(
        _teacher,
        Student.From(_student),
        (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()),
        new() { Epochs = 5, Optimizer = new SgdOptimizer(0.01), ReportEverySteps = reportEverySteps }).Fit(_data, progress: progress);

    private sealed class Synchronous(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
