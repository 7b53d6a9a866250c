using System.Text.Json;
using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Golden;

/// <summary>Our steps and learners against whole runs of PyTorch: every loss to 1e-9, the weights at the end to 1e-8.</summary>
public sealed class TrajectoryTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Trajectories _golden = Trajectories.Load();
    private readonly TensorData _data;

    public TrajectoryTests() => _data = new TensorData(_golden.Inputs.ToTensor(), _golden.Labels.ToTensor().to(torch.ScalarType.Int64));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Joint_step_follows_the_article_with_its_literal_loss()
    {
        Trajectory golden = _golden.Case("joint");
        Sequential original = Network(golden.TeacherBefore);
        Sequential distilled = Network(golden.StudentBefore);
        var first = new Learner(Student.From(original), new HardLabelLoss(), new SgdOptimizer(0.01));
        var second = new Learner(Student.From(distilled), new RawLogitCrossEntropy(), new SgdOptimizer(0.01));
        using var step = new JointScheme(first, second);

        List<double[]> losses = Replay(step, _golden.BatchSize, () => [first.Report().Loss, second.Report().Loss]);

        ShouldBe(losses, golden.Losses.Deserialize<double[][]>()!);
        ShouldBe(original, golden.TeacherAfter);
        ShouldBe(distilled, golden.StudentAfter);
    }

    [Fact]
    public void Distillation_step_follows_nesterov_momentum_with_weight_decay_and_milestones()
    {
        Trajectory golden = _golden.Case("kd-sgd");
        Sequential student = Network(golden.StudentBefore);
        var optimizer = new SgdOptimizer(new Schedule.MultiStep(0.1, 0.1, [2, 4])) { Momentum = 0.9, Nesterov = true, WeightDecay = 5e-4 };
        var learner = new Learner(Student.From(student), (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()), optimizer);
        using var step = new DistillationScheme(Teacher.From(Network(golden.TeacherBefore)), learner);

        List<double[]> losses = Replay(step, _golden.BatchSize, () => [learner.Report().Loss]);

        ShouldBe(losses, [.. golden.Losses.Deserialize<double[]>()!.Select(loss => new[] { loss })]);
        ShouldBe(student, golden.StudentAfter);
    }

    [Fact]
    public void Distillation_step_follows_adamw_with_micro_batches_clipping_and_a_cosine()
    {
        Trajectory golden = _golden.Case("kd-adamw");
        Sequential student = Network(golden.StudentBefore);
        IDistillationLoss loss = (0.5 * new SoftTargetLoss(2)) + (0.5 * new HardLabelLoss { LabelSmoothing = 0.1 });
        var learner = new Learner(
            Student.From(student), loss, new AdamWOptimizer(new Schedule.Cosine(3e-3)) { WeightDecay = 0.01 }, new UpdateOptions { ClipNorm = 0.5 });
        using var step = new DistillationScheme(Teacher.From(Network(golden.TeacherBefore)), learner);

        List<double[]> reports = Replay(step, 2 * _golden.BatchSize, () =>
        {
            LearnerReport report = learner.Report();
            return [report.Loss, report.GradientNorm!.Value];
        });

        ShouldBe(reports, [.. golden.Losses.Deserialize<double[]>()!.Zip(golden.GradientNorms!, (loss, norm) => new[] { loss, norm })]);
        ShouldBe(student, golden.StudentAfter);
    }

    private static Sequential Network(Dictionary<string, GoldenTensor> state)
    {
        using var noGradient = torch.no_grad();
        Sequential network = Sequential(
            ("0", Linear(state["0.weight"].Shape[1], state["0.weight"].Shape[0])),
            ("1", ReLU()),
            ("2", Linear(state["2.weight"].Shape[1], state["2.weight"].Shape[0])));
        network.to(torch.ScalarType.Float64);
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            parameter.copy_(state[name].ToTensor());
        }

        return network;
    }

    private static void ShouldBe(List<double[]> actual, double[][] golden)
    {
        actual.Should().HaveSameCount(golden);
        foreach ((double[] mine, double[] reference) in actual.Zip(golden))
        {
            foreach ((double value, double expected) in mine.Zip(reference))
            {
                value.Should().BeApproximately(expected, 1e-9 * Math.Abs(expected));
            }
        }
    }

    private static void ShouldBe(Sequential network, Dictionary<string, GoldenTensor> golden)
    {
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            foreach ((double value, double expected) in parameter.detach().data<double>().ToArray().Zip(golden[name].Data))
            {
                value.Should().BeApproximately(expected, 1e-8, name);
            }
        }
    }

    // The batches run on across epochs; a batch of two golden ones goes through the models in two pieces.
    private List<double[]> Replay(ITrainingScheme scheme, int batchSize, Func<double[]> report)
    {
        long[] numbers = [.. _golden.EpochOrder.SelectMany(epoch => epoch)];
        long stepsPerEpoch = _data.Count / batchSize;
        long steps = numbers.Length / batchSize;
        scheme.Prepare(_data.Read(torch.arange(batchSize, torch.ScalarType.Int64)));
        var reports = new List<double[]>();
        for (int i = 0; i < steps; i++)
        {
            var position = new TrainingPosition((int)(i * batchSize / _data.Count), i, steps, stepsPerEpoch);
            Batch batch = _data.Read(torch.tensor(numbers[(i * batchSize)..((i + 1) * batchSize)]));
            foreach (Batch piece in batch.Split(_golden.BatchSize))
            {
                scheme.AccumulateGradients(piece, position);
            }

            scheme.Update(position);
            reports.Add(report());
        }

        return reports;
    }
}
