using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests;

/// <summary>What does not fit is refused by one exception that names it, before anything is trained or written.</summary>
public sealed class BadInputTests : IDisposable
{
    private static readonly Dictionary<string, (Action<Inputs> Fit, Type Exception, string Message)> All = new()
    {
        ["no samples"] =
            (run => run.Fit(new Source(Some.Data(), count: 0)), typeof(ArgumentException), "The training data must have at least one sample, but is empty.*"),
        ["no validation samples"] = (
            run => run.Fit(validation: new Source(Some.Data(), count: 0)),
            typeof(ArgumentException),
            "The validation data must have at least one sample, but is empty.*"),
        ["fewer samples than a batch"] = (
            run => run.Fit(options: new() { BatchSize = 21, LastBatch = LastBatch.Drop }),
            typeof(ArgumentException),
            "*fill a batch of 21, but has 20 samples.*"),
        ["a label too large, anywhere in memory"] =
            (run => run.Fit(Labeled(19, 3)), typeof(ArgumentException), "Class ids must be in ?0, 2?, for the student has 3 outputs, but sample 19 has 3.*"),
        ["a negative label, anywhere in memory"] =
            (run => run.Fit(Labeled(17, -1)), typeof(ArgumentException), "Class ids must be in ?0, 2?, for the student has 3 outputs, but sample 17 has -1.*"),
        ["a label too large in the first batch"] = (
            run => run.Fit(new Source(Labeled(1, 7))),
            typeof(InvalidOperationException),
            "Class ids must be in ?0, 2?, for the student has 3 outputs, but the batch has 7."),
        ["class ids that are not integers"] = (
            run => run.Fit(new TensorData(Some.Inputs(), Some.Labels().to(torch.ScalarType.Float32))),
            typeof(InvalidOperationException),
            "Labels must be class ids ?8? of an integer type*, but are ?8? Float32."),
        ["no labels"] =
            (run => run.Fit(new TensorData(Some.Inputs())), typeof(InvalidOperationException), "The loss needs labels, and the data source returns none.*"),
        ["inputs of another width"] = (
            run => run.Fit(Some.Data(features: 7)),
            typeof(InvalidOperationException),
            "The student failed on inputs ?8, 7? Float32 on cpu; its first parameter is ?5, 6? Float32 on cpu. libtorch: *"),
        ["inputs of another type"] = (
            run => run.Fit(Some.Data(dtype: torch.ScalarType.Float64)),
            typeof(InvalidOperationException),
            "The student failed on inputs ?8, 6? Float64 on cpu; its first parameter is ?5, 6? Float32 on cpu. libtorch: *"),
        ["inputs that the teacher cannot take"] = (
            run => run.Fit(teacher: Some.Mlp(inputs: 4)),
            typeof(InvalidOperationException),
            "The teacher failed on inputs ?8, 6? Float32 on cpu; its first parameter is ?5, 4? Float32 on cpu. libtorch: *"),
        ["a student on a device that cannot compute"] = (
            run => run.Fit(student: (Sequential)Some.Mlp().to(torch.META)),
            typeof(InvalidOperationException),
            "The student failed on inputs ?8, 6? Float32 on meta; its first parameter is ?5, 6? Float32 on meta. libtorch: *"),
        ["an input that is not a number"] =
            (run => run.Fit(With(13, float.NaN)), typeof(ArgumentException), "All inputs must be finite, but sample 13 has *(Parameter 'train')"),
        ["an infinite input"] =
            (run => run.Fit(With(13, float.NegativeInfinity)), typeof(ArgumentException), "All inputs must be finite, but sample 13 has *(Parameter 'train')"),
        ["an input that is not a number, in validation"] = (
            run => run.Fit(validation: With(2, float.NaN)), typeof(ArgumentException), "All inputs must be finite, but sample 2 has *(Parameter 'validation')"),
        ["an input that is not a number, in the first batch"] =
            (run => run.Fit(new Source(With(3, float.NaN))), typeof(ArgumentException), "All inputs must be finite, but sample 3 has *(Parameter 'train')"),
        ["a teacher of more classes"] = (
            run => run.Fit(teacher: Some.Mlp(classes: 4)),
            typeof(InvalidOperationException),
            "Student and teacher must give logits of one shape, but the student gave ?8, 3? and the teacher ?8, 4?."),
        ["a layer that the student does not have"] = (
            run => run.Fit(loss: new LogitMseLoss() + new AttentionTransferLoss("conv9", "act")),
            typeof(ArgumentException),
            "The loss reads layer 'conv9' of the student, which has no such layer.*"),
        ["a student that cannot learn"] =
            (run => run.Fit(student: Frozen()), typeof(InvalidOperationException), "The student Sequential has no parameter that requires a gradient*"),
        ["a student that is its own teacher"] =
            (run => run.FitOwnTeacher(), typeof(InvalidOperationException), "The student would train parameter 'in.weight' of its own teacher*"),
        ["a student with a layer of its teacher"] =
            (run => run.FitLayerOfTeacher(), typeof(InvalidOperationException), "The student would train parameter 'in.weight' of its own teacher*"),
        ["a file for a directory"] = (run => run.FitToFile(), typeof(IOException), "Checkpoints need a directory, but '*' is a file."),
        ["early stopping without validation"] = (
            run => run.Fit(options: new() { EarlyStopping = new(Metric.Accuracy) }),
            typeof(ArgumentException),
            "EarlyStopping needs validation data for Accuracy*"),
        ["a step of no samples"] =
            (run => run.Fit(options: new() { BatchSize = 0 }), typeof(ArgumentOutOfRangeException), "BatchSize must be positive and finite, but was 0.*"),
        ["a limit of no skipped updates"] = (
            run => run.Fit(options: new() { NonFinite = new NonFinitePolicy.Skip(0) }),
            typeof(ArgumentOutOfRangeException),
            "limit must be positive and finite, but was 0.*"),
        ["a factor that raises the learning rate"] = (
            run => run.Fit(options: new() { NonFinite = new NonFinitePolicy.RollBack(factor: 2) }),
            typeof(ArgumentOutOfRangeException),
            "factor must be in *, but was 2.*"),
    };

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    public static TheoryData<string> Cases => [.. All.Keys];

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bad_input_is_refused_at_the_door(string name)
    {
        (Action<Inputs> fit, Type expected, string message) = All[name];
        var run = new Inputs(_directory);
        Exception? thrown = Record.Exception(() => fit(run)) ?? run.Thrown;

        thrown.Should().BeOfType(expected);
        thrown!.Message.Should().Match(message);
        run.Reports.Should().BeEmpty();
        Directory.EnumerateDirectories(_directory).Should().BeEmpty("nothing is written before the run begins");
    }

    [Fact]
    public void Frozen_layer_may_be_the_teachers()
    {
        Sequential teacher = Some.Mlp(seed: 4);
        Sequential student = torch.nn.Sequential(("in", (torch.nn.Module<Tensor, Tensor>)teacher.children().First()), ("out", torch.nn.Linear(5, 3)));
        foreach (Parameter parameter in teacher.parameters())
        {
            parameter.requires_grad = false;
        }

        new DistillationTrainer(Teacher.From(teacher), Student.From(student), new SoftTargetLoss()).Fit(Some.Data()).Status
            .Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Label_that_is_ignored_is_no_class()
    {
        var loss = new HardLabelLoss { IgnoredLabel = -100 };

        new SupervisedTrainer(Student.From(Some.Mlp()), loss).Fit(Labeled(4, -100)).Status.Should().Be(TrainingStatus.Completed);
    }

    private static TensorData Labeled(long sample, long label)
    {
        Tensor labels = Some.Labels();
        labels[sample] = torch.tensor(label);
        return new(Some.Inputs(), labels);
    }

    private static TensorData With(long sample, float value)
    {
        Tensor inputs = Some.Inputs();
        inputs[sample, 2] = torch.tensor(value);
        return new(inputs, Some.Labels());
    }

    private static Sequential Frozen()
    {
        Sequential network = Some.Mlp();
        foreach (Parameter parameter in network.parameters())
        {
            parameter.requires_grad = false;
        }

        return network;
    }

    private sealed class Inputs(string directory) : IProgress<TrainingProgress>
    {
        public Exception? Thrown { get; private set; }

        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);

        public void Fit(
            IDataSource? data = null,
            IDataSource? validation = null,
            Sequential? student = null,
            Sequential? teacher = null,
            IDistillationLoss? loss = null,
            TrainerOptions? options = null) =>
            Fit(Teacher.From(teacher ?? Some.Mlp(seed: 4)), student ?? Some.Mlp(), data ?? Some.Data(), validation, loss, options ?? new());

        public void FitOwnTeacher()
        {
            Sequential student = Some.Mlp();
            using var cached = new CachedTeacher(Student.From(student).AsTeacher(), 20);
            Fit(cached, student, Some.Data(), null, null, new());
        }

        public void FitLayerOfTeacher()
        {
            Sequential shared = Some.Mlp(seed: 4);
            var ensemble = new EnsembleTeacher(Teacher.From(Some.Mlp()), Teacher.From(shared));
            Fit(
                ensemble,
                torch.nn.Sequential(("in", (torch.nn.Module<Tensor, Tensor>)shared.children().First()), ("out", torch.nn.Linear(5, 3))),
                Some.Data(),
                null,
                null,
                new());
        }

        public void FitToFile()
        {
            string file = Path.Combine(directory, "file");
            File.WriteAllText(file, "");
            Fit(options: new() { Checkpoints = new(file) });
        }

        private void Fit(ITeacher teacher, Sequential student, IDataSource data, IDataSource? validation, IDistillationLoss? loss, TrainerOptions options)
        {
            TrainerOptions sequential = options with
            {
                BatchSize = options.BatchSize == 64 ? 8 : options.BatchSize,
                Order = SampleOrder.Sequential,
                Checkpoints = options.Checkpoints ?? new(Path.Combine(directory, "checkpoints")),
            };
            var trainer = new DistillationTrainer(teacher, Student.From(student), loss ?? (new SoftTargetLoss() + new HardLabelLoss()), sequential);
            Leak.None(() => Thrown = Record.Exception(() => trainer.Fit(data, validation, this)));
        }
    }

    /// <summary>Data that cannot be seen whole.</summary>
    private sealed class Source(TensorData data, long? count = null) : IDataSource
    {
        public long Count => count ?? data.Count;

        public Batch Read(Tensor indices) => data.Read(indices);
    }
}
