using Distillation.Losses;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Crash;

/// <summary>A run of one scheme, with students that drop and normalize, and noise where the scheme has it. Always the same.</summary>
internal sealed class SchemeRun : IDisposable
{
    private const long Features = 6;
    private const long Classes = 3;
    private const int Samples = 40;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Sequential[] _networks;
    private readonly IStudent[] _students;
    private readonly TensorData _train;
    private readonly TensorData _validation;
    private readonly ITeacher _teacher;

    public SchemeRun()
    {
        torch.set_num_threads(1);
        torch.manual_seed(3);
        _train = Data(Samples);
        _validation = Data(Samples / 2);
        _teacher = Teacher.From(Sequential(("in", Linear(Features, 32)), ("act", ReLU()), ("out", Linear(32, Classes)))).Cached(Samples);
        _networks = [Network(24), Network(20), Network(16)];
        _students = Array.ConvertAll(_networks, Student.From);
    }

    /// <summary>The schemes by name, each trained with options and a hold.</summary>
    public static IReadOnlyDictionary<string, Func<SchemeRun, TrainerOptions, Hold, TrainingStatus>> Schemes { get; } =
        new Dictionary<string, Func<SchemeRun, TrainerOptions, Hold, TrainingStatus>>
        {
            ["stages"] = (run, options, hold) => run.Stages(options, hold),
            ["born-again"] = (run, options, hold) =>
                new BornAgainTrainer(run._teacher, run._students, Loss, options, new StageLog<BornAgainTrainer>(hold))
                    .Fit(run._train, run._validation, hold).Status,
            ["assistants"] = (run, options, hold) =>
                new TeacherAssistantTrainer(run._teacher, run._students[..2], run._students[2], Loss, options, new StageLog<TeacherAssistantTrainer>(hold))
                    .Fit(run._train, run._validation, hold).Status,
            ["noisy-student"] = (run, options, hold) =>
                new NoisyStudentTrainer(
                    run._teacher, run._students, new Noise(), options: options, logger: new StageLog<NoisyStudentTrainer>(hold))
                    .Fit(run.PartlyLabeled(), run._validation, hold).Status,
            ["mean-teacher"] = (run, options, hold) =>
                new MeanTeacherTrainer(
                    run._students[0],
                    new HardLabelLoss { IgnoredLabel = -100 } + (new Schedule.RampUp(3) * new SoftTargetLoss(1)),
                    0.9,
                    new Noise(),
                    options with { Update = new() }).Fit(run.PartlyLabeled(), run._validation, hold).Status,
            ["mutual"] = (run, options, hold) => new MutualTrainer(run._students, options: options).Fit(run._train, run._validation, hold).Status,
            ["joint"] = (run, options, hold) =>
                new JointTrainer(run._students[0], run._students[1], Loss(), new HardLabelLoss(), options).Fit(run._train, run._validation, hold).Status,
            ["exits"] = (run, options, hold) =>
                new SupervisedTrainer(run._students[0], new HardLabelLoss() + new ExitLoss("in", "act", Loss()), options)
                    .Fit(run._train, run._validation, hold).Status,
            ["previous-batch"] = (run, options, hold) =>
                new SupervisedTrainer(
                    run._students[0], new HardLabelLoss() + new PreviousBatchLoss(Samples), options with { Order = SampleOrder.Overlapping })
                    .Fit(run._train, run._validation, hold).Status,
            ["views"] = (run, options, hold) =>
                new DistillationTrainer(
                    Live(), run._students[0], Loss(), options with { Augmentation = new Noise() }).Fit(run._train, run._validation, hold).Status,
        };

    /// <summary>Gets the weights of all students.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights =>
        _networks.SelectMany((network, i) => network.state_dict().Select(weight => KeyValuePair.Create($"{i}.{weight.Key}", weight.Value)));

    /// <summary>Trains by a scheme.</summary>
    /// <param name="scheme">One of <see cref="Schemes"/>.</param>
    /// <param name="steps">The updates of each run of the scheme.</param>
    /// <param name="checkpoints">Where the run goes on, or <see langword="null"/>.</param>
    /// <param name="hold">Where it stands still.</param>
    public TrainingStatus Fit(string scheme, long steps, CheckpointOptions? checkpoints, Hold hold)
    {
        var options = new TrainerOptions
        {
            Steps = steps,
            BatchSize = 4,
            Optimizer = new AdamWOptimizer(new Schedule.Cosine(0.01)),
            Update = new() { AverageDecay = 0.9, ClipNorm = 1 },
            BestBy = Metric.NegativeLogLikelihood,
            ReportEverySteps = 7,
            Checkpoints = checkpoints,
        };
        return Schemes[scheme](this, options, hold);
    }

    public void Dispose() => _scope.Dispose();

    private static IDistillationLoss Loss() => (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());

    private static Sequential Network(long width) => Sequential(
        ("in", Linear(Features, width)), ("norm", BatchNorm1d(width)), ("act", ReLU()), ("drop", Dropout(0.3)), ("out", Linear(width, Classes)));

    private static TensorData Data(long samples) => new(torch.randn(samples, Features), torch.randint(0, Classes, [samples], torch.ScalarType.Int64));

    private static ITeacher Live() => Teacher.From(Sequential(("in", Linear(Features, 32)), ("act", ReLU()), ("out", Linear(32, Classes))));

    private TensorData PartlyLabeled()
    {
        Tensor labels = _train.Labels!.clone();
        labels[..20] = torch.full([20], -100, torch.ScalarType.Int64);
        return new TensorData(_train.Inputs, labels);
    }

    // The first layers, the head alone, then all.
    private TrainingStatus Stages(TrainerOptions options, Hold hold)
    {
        TrainingStage[] stages =
        [
            new("layer", new SoftTargetLoss(temperature: 2)) { Trained = ["in.*", "norm.*"] },
            new("head", new HardLabelLoss()) { Frozen = ["in.*"] },
            new("all", Loss()) { Options = options with { Checkpoints = null, Optimizer = new SgdOptimizer(0.05) { Momentum = 0.9 } } },
        ];
        return new StagedTrainer(_teacher, _students[0], stages, options, new StageLog<StagedTrainer>(hold)).Fit(_train, _validation, hold).Status;
    }

    private sealed class Noise : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed)
        {
            Random[] draws = [.. indices.data<long>().Select(number => new Random(unchecked((seed * 31) + (int)number)))];
            return inputs + torch.tensor([.. draws.Select(draw => draw.NextSingle() - 0.5f)]).view(-1, 1);
        }
    }

    /// <summary>Stands still where a stage begins.</summary>
    private sealed class StageLog<T>(Hold hold) : ILogger<T>
    {
        private const int StageStarted = 113;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == StageStarted)
            {
                hold.At(HoldAt.Stage);
            }
        }
    }
}
