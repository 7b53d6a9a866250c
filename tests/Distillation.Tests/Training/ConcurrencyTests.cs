using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 60);
    private readonly Sequential _network = Some.Mlp();

    public static TheoryData<string> Trainers => ["the same trainer", "a distillation trainer", "a joint trainer"];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Student_in_training_is_refused(string who)
    {
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        var options = new TrainerOptions { Epochs = 2 };
        var trainer = new SupervisedTrainer(Student.From(_network), options: options);
        Action second = who switch
        {
            "the same trainer" => () => trainer.Fit(_data),
            "a distillation trainer" => () => new DistillationTrainer(teacher, Student.From(_network), new SoftTargetLoss(), options).Fit(_data),
            _ => () => new JointTrainer(Student.From(Some.Mlp(seed: 4)), Student.From(_network), new SoftTargetLoss(), options: options).Fit(_data),
        };
        int refused = 0;
        var progress = new CollectingProgress
        {
            OnReport = _ => OnThread(() =>
            {
                second.Should().Throw<InvalidOperationException>().WithMessage("The student Sequential is in training already*");
                refused++;
            }),
        };

        trainer.Fit(_data, progress: progress).Status.Should().Be(TrainingStatus.Completed);

        refused.Should().Be(2);
        second.Should().NotThrow("the first run has ended");
    }

    [Fact]
    public void Loss_in_training_is_refused()
    {
        using ITeacher teacher = Teacher.From(Some.Mlp(seed: 4));
        IDistillationLoss loss = new SoftTargetLoss() + new HintLoss("in", "in", new LinearConnector());
        DistillationTrainer With(Sequential student) => new(teacher, Student.From(student), loss, new() { Epochs = 1 });
        Sequential other = Some.Mlp(seed: 5);
        int refused = 0;
        var progress = new CollectingProgress
        {
            OnReport = _ => OnThread(() =>
            {
                FluentActions.Invoking(() => With(other).Fit(_data))
                    .Should().Throw<InvalidOperationException>().WithMessage("The loss Hint* is in training already*");
                refused++;
            }),
        };

        With(_network).Fit(_data, progress: progress);

        refused.Should().Be(1);
        With(other).Fit(_data).Status.Should().Be(TrainingStatus.Completed, "the first run has ended");
    }

    [Fact]
    public void Run_that_failed_leaves_its_student_free()
    {
        var trainer = new SupervisedTrainer(Student.From(_network));
        Action fail = () => trainer.Fit(_data, progress: new CollectingProgress { OnReport = _ => throw new InvalidTimeZoneException() });

        fail.Should().Throw<InvalidTimeZoneException>();

        trainer.Fit(_data).Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Runs_at_the_same_time_end_with_the_bits_of_runs_one_after_the_other()
    {
        double[] first = Train(seed: 1);
        double[] second = Train(seed: 2);
        double[] firstBeside = [];
        double[] secondBeside = [];
        using var begin = new Barrier(2);

        var other = new Thread(() => { begin.SignalAndWait(); secondBeside = Train(seed: 2); });
        other.Start();
        begin.SignalAndWait();
        firstBeside = Train(seed: 1);
        other.Join();

        firstBeside.Should().Equal(first);
        secondBeside.Should().Equal(second);
        first.Should().NotEqual(second);
    }

    // The network is made of given numbers: the generator that makes them otherwise is one for all.
    private double[] Train(int seed)
    {
        using var scope = torch.NewDisposeScope();
        Sequential network = torch.nn.Sequential(("in", torch.nn.Linear(6, 8)), ("act", torch.nn.ReLU()), ("out", torch.nn.Linear(8, 3)));
        using (torch.no_grad())
        {
            foreach ((int i, Parameter parameter) in network.parameters().Index())
            {
                parameter.copy_(Some.Inputs(1, parameter.numel(), seed + i).view(parameter.shape) * 0.3);
            }
        }

        using ITeacher teacher = Teacher.From(inputs => inputs.narrow(1, 0, 3) * 2);
        var options = new TrainerOptions { Epochs = 40, BatchSize = 7, Seed = seed, Optimizer = new AdamWOptimizer(0.01), BestBy = Metric.Accuracy };
        new DistillationTrainer(teacher, Student.From(network), new SoftTargetLoss() + new HardLabelLoss(), options).Fit(_data, _data);
        return Some.Weights(network);
    }

    private static void OnThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        thread.Join();
        failure.Should().BeNull();
    }
}
