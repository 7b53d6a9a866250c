using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Training.Trainers;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class HeadLossTests : IDisposable
{
    private const long Ignored = -100;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = new(
        Some.Inputs(samples: 12, dtype: torch.ScalarType.Float64), torch.stack([Some.Labels(12, 3, 4), Some.Labels(12, 4, 5)], 1));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Two_tasks_with_a_teacher_each_are_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        (TwoHeads student, TwoHeads byHand) = (new(), new());
        Sequential shapes = Some.Mlp(classes: 3, seed: 5, dtype: torch.ScalarType.Float64);
        Sequential colors = Some.Mlp(classes: 4, seed: 6, dtype: torch.ScalarType.Float64);
        var teacher = new TaskTeacher(("shape", Teacher.From(shapes)), ("color", Teacher.From(colors)));
        IDistillationLoss loss = new SoftTargetLoss(2)
            + new HeadLoss(new HardLabelLoss(), "shape") { LabelColumn = 0 }
            + (0.5 * new HeadLoss(new HardLabelLoss() + new SoftTargetLoss(4), "color", "color") { LabelColumn = 1 });

        TrainingResult result = new DistillationTrainer(teacher, Student.From(student), loss, options).Fit(_data, _data.WithLabelColumn(0));

        ByHand.Descend(byHand.parameters(), _data, options, (inputs, labels, _) =>
        {
            Tensor logits = byHand.call(inputs);
            Tensor color = byHand.Color!;
            return ByHand.Divergence(logits, shapes.call(inputs), 2)
                + ByHand.CrossEntropy(logits, labels.select(1, 0))
                + (0.5 * (ByHand.CrossEntropy(color, labels.select(1, 1)) + ByHand.Divergence(color, colors.call(inputs), 4)));
        });
        Close.ShouldBe(Some.Weights(student), Some.Weights(byHand), 1e-9, "weights");
        result.History[^1].Validation!.Samples.Should().Be(12);
    }

    [Fact]
    public void Micro_batches_make_the_same_update_where_labels_of_a_task_are_missing()
    {
        Tensor labels = _data.Labels!.clone();
        labels.narrow(0, 0, 7).select(1, 1).fill_(Ignored);
        using var data = new TensorData(_data.Inputs, labels);

        double[] Train(int? microBatch)
        {
            var student = new TwoHeads();
            IDistillationLoss ofColor =
                new HardLabelLoss { IgnoredLabel = Ignored } + (0.3 * new HardLabelLoss { IgnoredLabel = Ignored, LabelSmoothing = 0.1 });
            IDistillationLoss loss = new HeadLoss(new HardLabelLoss(), "shape") { LabelColumn = 0 } + new HeadLoss(ofColor, "color") { LabelColumn = 1 };
            TrainerOptions options = ByHand.Options(epochs: 2, batchSize: 6, rate: 0.3) with { MicroBatchSize = microBatch };
            new SupervisedTrainer(Student.From(student), loss, options).Fit(data);
            return Some.Weights(student);
        }

        Close.ShouldBe(Train(microBatch: 2), Train(microBatch: null), 1e-12, "weights");
    }

    [Fact]
    public void Head_is_evaluated_on_its_column_of_the_labels()
    {
        var network = new TwoHeads();
        network.call(_data.Inputs);
        double byHand = network.Color!.argmax(1).eq(_data.Labels!.select(1, 1)).to(torch.ScalarType.Float64).mean().item<double>();

        using ITeacher color = Student.From(network).AsTeacher().WithLogitsOf("color");
        EvaluationReport report = Evaluator.Evaluate(color, _data.WithLabelColumn(1));

        report[Metric.Accuracy].Should().Be(byHand);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void Column_that_labels_do_not_have_is_refused(int column)
    {
        Action fit = () => new SupervisedTrainer(Student.From(new TwoHeads()), new HeadLoss(new HardLabelLoss(), "color") { LabelColumn = column }).Fit(_data);
        Action read = () => _data.WithLabelColumn(column).Read(torch.arange(2, torch.ScalarType.Int64));

        fit.Should().Throw<InvalidOperationException>().WithMessage($"*Labels must be *with L > {column} to have a column {column}, but are *12, 2*");
        read.Should().Throw<InvalidOperationException>().WithMessage($"Labels must be *column {column}*");
        FluentActions.Invoking(() => new HeadLoss(new HardLabelLoss(), "color") { LabelColumn = -1 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("LabelColumn must be zero or positive*");
    }

    [Fact]
    public void Labels_of_sequences_have_a_column_for_each_task()
    {
        Tensor head = LayerValue.Random(1, 2, 3, 4);
        Tensor labels = torch.stack([torch.zeros(2, 3, torch.ScalarType.Int64), Some.Labels(6, 4).view(2, 3)], 2);
        var output = new ModelOutput(torch.zeros(2, 3, 5), new Dictionary<Feature, Tensor> { ["tag"] = head });
        var batch = new MaskedBatch(torch.zeros(2, 3), labels, torch.arange(2, torch.ScalarType.Int64), torch.tensor(new[,] { { 1, 1, 0 }, { 1, 1, 1 } }));
        var loss = new HeadLoss(new HardLabelLoss(), "tag") { LabelColumn = 1 };

        double value = loss.Compute(new(output, teacher: null, batch)).item<double>();

        Tensor kept = torch.tensor(new long[] { 0, 1, 3, 4, 5 });
        Tensor byHand = functional.cross_entropy(head.view(6, 4).index_select(0, kept), labels.select(2, 1).reshape(6).index_select(0, kept));
        Close.ShouldBe(value, byHand.item<double>(), 1e-12);
    }

    private sealed class TwoHeads : Module<Tensor, Tensor>
    {
        private readonly Linear _trunk;
        private readonly Linear _shape;
        private readonly Linear _color;

        public TwoHeads()
            : base(nameof(TwoHeads))
        {
            torch.manual_seed(3);
            (_trunk, _shape, _color) = (Linear(6, 5), Linear(5, 3), Linear(5, 4));
            register_module("trunk", _trunk);
            register_module("shape", _shape);
            register_module("color", _color);
            this.to(torch.ScalarType.Float64);
        }

        public Tensor? Color { get; private set; }

        public override Tensor forward(Tensor input)
        {
            Tensor trunk = _trunk.call(input).tanh();
            Color = _color.call(trunk);
            return _shape.call(trunk);
        }
    }
}
