using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Schemes;

/// <summary>Whole runs with head and loss as one.</summary>
public sealed class FusedHeadRunTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data(22, dtype: torch.ScalarType.Float64);
    private readonly Sequential _teacher = Some.Mlp(hidden: 16, seed: 4, dtype: torch.ScalarType.Float64);

    public static TheoryData<string> Settings => [.. AllSettings.Keys];

    private static Dictionary<string, TrainerOptions> AllSettings { get; } = new()
    {
        ["nothing else"] = new(),
        ["micro-batches"] = new() { MicroBatchSize = 3 },
        ["clipping"] = new() { Update = new() { ClipNorm = 0.05, ClipValue = 0.02 } },
        ["averaged weights"] = new() { Update = new() { AverageDecay = 0.5 } },
        ["the best by validation"] = new() { BestBy = Metric.Accuracy },
        ["batches that are skipped"] = new() { NonFinite = new NonFinitePolicy.Skip() },
        ["momentum"] = new() { Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 } },
    };

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Run_ends_with_the_weights_and_the_numbers_of_the_plain_one(string settings)
    {
        TrainerOptions options = AllSettings[settings] with { Epochs = 4, BatchSize = 8 };
        options = settings == "momentum" ? options : options with { Optimizer = new SgdOptimizer(0.1) };
        (Sequential plain, TrainingResult expected) = Run(Student.From, options);

        (Sequential fused, TrainingResult result) = Run(Fused, options);

        Close.ShouldBe(Some.Weights(fused), Some.Weights(plain), 1e-11, "the weights");
        foreach ((TrainingProgress own, TrainingProgress other) in result.History.Zip(expected.History))
        {
            Close.ShouldBe(own.Loss, other.Loss, 1e-11);
            own.Terms.Keys.Should().Equal(other.Terms.Keys);
            Close.ShouldBe([.. own.Terms.Values], [.. other.Terms.Values], 1e-11, "the terms");
            own.Validation![Metric.Accuracy].Should().Be(other.Validation![Metric.Accuracy]);
        }
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_and_so_does_a_resumed_run()
    {
        TrainerOptions options = new() { Epochs = 3, BatchSize = 4, Optimizer = new AdamWOptimizer(0.05) };
        double[] whole = Some.Weights(Run(Fused, options).Student);

        Some.Weights(Run(Fused, options).Student).Should().Equal(whole);
        _ = Run(Fused, options with { Checkpoints = new(_directory) { EverySteps = 1, Keep = 1000 } });
        foreach (string later in Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal).Skip(8).ToArray())
        {
            Directory.Delete(later, recursive: true);
        }

        Some.Weights(Run(Fused, options with { Checkpoints = new(_directory) }).Student).Should().Equal(whole);
    }

    [Fact]
    public void Two_that_learn_together_do_so_as_plain_ones()
    {
        (double[] Original, double[] Distilled) Train(Func<Sequential, IStudent> student)
        {
            Sequential original = Some.Mlp(hidden: 16, seed: 4, dtype: torch.ScalarType.Float64);
            Sequential distilled = Some.Mlp(dtype: torch.ScalarType.Float64);
            var options = new TrainerOptions { Epochs = 3, BatchSize = 8, Optimizer = new SgdOptimizer(0.1) };
            new JointTrainer(student(original), student(distilled), new SoftTargetLoss(2), options: options).Fit(_data);
            return (Some.Weights(original), Some.Weights(distilled));
        }

        (double[] original, double[] distilled) = Train(Student.From);
        (double[] fusedOriginal, double[] fusedDistilled) = Train(Fused);

        Close.ShouldBe(fusedOriginal, original, 1e-11);
        Close.ShouldBe(fusedDistilled, distilled, 1e-11);
    }

    [Fact]
    public void Run_leaves_no_tensor()
    {
        TrainerOptions options = new() { Epochs = 2, BatchSize = 8, Optimizer = new SgdOptimizer(0.1) };
        Sequential network = Some.Mlp(dtype: torch.ScalarType.Float64);
        Leak.None(() =>
        {
            using IStudent student = Fused(network);
            using ITeacher teacher = Teacher.From(_teacher).WithFusedHead();
            _ = new DistillationTrainer(teacher, student, Loss(), options).Fit(_data, _data);
        });
    }

    [Fact]
    public void Class_id_out_of_range_is_refused_before_the_run_wherever_it_is()
    {
        Tensor labels = torch.zeros(22, torch.ScalarType.Int64);
        labels[7] = 3;
        Sequential network = Some.Mlp(dtype: torch.ScalarType.Float64);
        using IStudent student = Fused(network);
        double[] before = Some.Weights(network);
        TrainerOptions options = new() { Epochs = 1, BatchSize = 22, Optimizer = new SgdOptimizer(0.1) };
        var data = new TensorData(_data.Read(torch.arange(22, torch.ScalarType.Int64)).Inputs, labels);
        Action fit = () => new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("Class ids must be in [0, 2], for the student has 3 outputs, but the batch has 3.");
        Some.Weights(network).Should().Equal(before);
    }

    private static IStudent Fused(Sequential network) => new FusedHeadStudent(Student.From(network), head: null, logitsOfPart: 6);

    private static LossSum Loss() => (0.9 * new SoftTargetLoss(2)) + (0.1 * new HardLabelLoss { LabelSmoothing = 0.1 });

    private (Sequential Student, TrainingResult Result) Run(Func<Sequential, IStudent> make, TrainerOptions options)
    {
        Sequential network = Some.Mlp(dtype: torch.ScalarType.Float64);
        using IStudent student = make(network);
        TrainingResult result = new DistillationTrainer(Teacher.From(_teacher), student, Loss(), options).Fit(_data, _data);
        return (network, result);
    }
}
