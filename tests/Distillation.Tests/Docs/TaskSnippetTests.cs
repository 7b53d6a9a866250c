using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>The code of docs/schemes.md on networks with several outputs, and on annealing.</summary>
public sealed class TaskSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TrainerOptions options = new() { Epochs = 3 };

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Teacher_grows_before_the_labels_teach()
    {
        (TensorData train, TensorData validation) = (Images(60, seed: 1), Images(20, seed: 2));
        using ITeacher teacher = Teacher.From(Network(16));
        using IStudent student = Student.From(Network(4));

        TrainingStage[] annealing = [new("teacher", new AnnealedTeacherLoss(levels: 10)), new("labels", new HardLabelLoss())];
        StagedTrainingResult annealed = new StagedTrainer(teacher, student, annealing, options).Fit(train, validation);

        annealed.Stages.Should().HaveCount(2);
    }

    [Fact]
    public void Each_task_has_a_teacher()
    {
        using ITeacher teacher = Teacher.From(Network(16));

        Tensor labels = torch.stack([torch.randint(0, 3, 600, torch.ScalarType.Int64), torch.randint(0, 5, 600, torch.ScalarType.Int64)], 1);
        using var tasks = new TensorData(torch.rand(600, 1, 8, 8), labels);
        using IStudent twoTasks = Student.From(new TwoTasks());
        using ITeacher colors = Teacher.From(Sequential(Flatten(), Linear(64, 5)));
        using var experts = new TaskTeacher(("shape", teacher), ("color", colors));
        IDistillationLoss ofShape = new SoftTargetLoss(4) + new HeadLoss(new HardLabelLoss(), "shape") { LabelColumn = 0 };
        IDistillationLoss ofColor = new HeadLoss(new SoftTargetLoss(4) + new HardLabelLoss(), "color", "color") { LabelColumn = 1 };
        TrainingResult both = new DistillationTrainer(experts, twoTasks, ofShape + (0.5 * ofColor), options).Fit(tasks);
        EvaluationReport color = Evaluator.Evaluate(twoTasks.AsTeacher().WithLogitsOf("color"), tasks.WithLabelColumn(1));

        both.History[^1].Terms.Keys.Should().Equal("SoftTarget", "Head", "Head#2");
        color.Samples.Should().Be(600);
    }

    [Fact]
    public void Exit_learns_from_the_end_of_the_network()
    {
        (TensorData train, TensorData validation) = (Images(60, seed: 1), Images(20, seed: 2));

        using IStudent deep = Student.From(
            Sequential(("flat", Flatten()), ("in", Linear(64, 32)), ("act1", ReLU()), ("mid", Linear(32, 32)), ("act2", ReLU()), ("out", Linear(32, 3))));
        var exit = new ExitLoss("act1", "act2", (0.9 * new HardLabelLoss()) + (0.1 * new SoftTargetLoss(3)) + (0.01 * new HintLoss(ExitLoss.Layer, "act2")));
        TrainingResult ownTeacher = new SupervisedTrainer(deep, new HardLabelLoss() + exit, options).Fit(train, validation);
        EvaluationReport early = Evaluator.Evaluate(exit.CreateExit(deep), validation);

        ownTeacher.History[^1].Terms["Exit"].Should().BeLessThan(ownTeacher.History[0].Terms["Exit"]);
        early.Samples.Should().Be(20);
    }

    [Fact]
    public void Student_learns_from_the_previous_batch()
    {
        (TensorData train, TensorData validation) = (Images(60, seed: 1), Images(20, seed: 2));
        using IStudent student = Student.From(Network(8));

        var overlapping = options with { Order = SampleOrder.Overlapping };
        IDistillationLoss fromPrevious = new HardLabelLoss() + (2 * new PreviousBatchLoss(train.Count));
        TrainingResult consistent = new SupervisedTrainer(student, fromPrevious, overlapping).Fit(train, validation);

        consistent.History[^1].Terms["PreviousBatch"].Should().BePositive();
    }

    private static TensorData Images(long samples, int seed) => new(Some.Inputs(samples, 64, seed).view(samples, 1, 8, 8), Some.Labels(samples, seed: seed));

    private static Module<Tensor, Tensor> Network(int hidden) =>
        Sequential(("flat", Flatten()), ("in", Linear(64, hidden)), ("act", ReLU()), ("out", Linear(hidden, 3)));

    private sealed class TwoTasks : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> trunk = Sequential(Flatten(), Linear(64, 16), ReLU());
        private readonly Module<Tensor, Tensor> shape = Linear(16, 3);
        private readonly Module<Tensor, Tensor> color = Linear(16, 5);

        public TwoTasks()
            : base(nameof(TwoTasks)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor features = trunk.call(input);
            color.call(features);
            return shape.call(features);
        }
    }
}
