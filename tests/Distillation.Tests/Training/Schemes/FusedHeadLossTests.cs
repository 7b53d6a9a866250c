using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Schemes;

/// <summary>Head and loss as one give the values and gradients of the graph, whatever loss on logits it is.</summary>
public sealed class FusedHeadLossTests : IDisposable
{
    private const long Samples = 7;
    private const long Places = 4;
    private const long Inputs = 6;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Losses => [.. LossZoo.Types.Select(type => type.Name).Where(IsOfLogits)];

    public static TheoryData<string> OfRows =>
        [.. LossZoo.Types.Where(type => type.IsSubclassOf(typeof(RowLoss))).Select(type => type.Name).Where(IsOfLogits)];

    public static TheoryData<string> Others => [.. OtherCases.Keys];

    private static Dictionary<string, Func<IDistillationLoss>> OtherCases { get; } = new()
    {
        ["an ignored label"] = () => new HardLabelLoss { IgnoredLabel = 2 },
        ["class weights, an ignored label and smoothing"] = () => new HardLabelLoss { ClassWeights = [5, 1, 0.5, 0.1], IgnoredLabel = 2, LabelSmoothing = 0.1 },
        ["terms that count otherwise"] = () => (0.7 * new SoftTargetLoss(2))
            + (0.3 * new HardLabelLoss { ClassWeights = [5, 1, 0, 0.1], IgnoredLabel = 2 })
            + (0.1 * new LogitL1Loss { IgnoredLabel = 1 }),
        ["a list with a tail"] = () => new SparseTargetLoss(missing: MissingProbability.OneBucket) + (0.5 * new HardLabelLoss()),
        ["weights and temperatures that follow the run"] = () =>
            (new Schedule.Linear(1, 0) * new SoftTargetLoss(new Schedule.Linear(4, 1))) + (new Schedule.Linear(0, 1) * new HardLabelLoss()),
        ["a term without weight"] = () => (0 * new LogitMseLoss()) + new HardLabelLoss(),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Losses))]
    public void Loss_alone(string name) => ShouldEqualTheGraph(() => LossZoo.Make(name), sequences: false);

    [Theory]
    [MemberData(nameof(Losses))]
    public void Loss_in_a_sum(string name) =>
        ShouldEqualTheGraph(() => (0.3 * LossZoo.Make(name)) + (2.0 * new LogitMseLoss()) + new LogitL1Loss(), sequences: false);

    [Theory]
    [MemberData(nameof(OfRows))]
    public void Loss_of_sequences_with_a_mask(string name) => ShouldEqualTheGraph(() => 0.3 * LossZoo.Make(name), sequences: true);

    [Theory]
    [MemberData(nameof(Others))]
    public void Rows_that_count_otherwise(string name)
    {
        ShouldEqualTheGraph(OtherCases[name], sequences: false);
        ShouldEqualTheGraph(OtherCases[name], sequences: true);
    }

    [Fact]
    public void Loss_with_a_closed_form_sees_no_more_than_a_part_of_the_logits()
    {
        var watched = new Watched();
        using Side fused = Fused(watched, torch.ScalarType.Float64, sequences: false);

        fused.Accumulate(fused.Batch);

        watched.Shapes.Should().Equal("[2, 4]", "[2, 4]", "[2, 4]", "[1, 4]");
    }

    [Fact]
    public void Loss_of_other_code_sees_whole_sequences()
    {
        var watched = new Watched();
        using Side fused = Fused(watched, torch.ScalarType.Float64, sequences: true);

        fused.Accumulate(fused.Batch);

        watched.Shapes.Should().Equal(Enumerable.Repeat("[4, 4]", 7));
    }

    private static bool IsOfLogits(string name)
    {
        IDistillationLoss loss = LossZoo.Make(name);
        return loss.Features.Student.Count == 0
            && loss.Module is null
            && loss.Features.Teacher.All(feature => feature.Path.StartsWith("topk", StringComparison.Ordinal))
            && LossZoo.Logits(loss, 1, 4).Length == 2;
    }

    private static void ShouldEqualTheGraph(Func<IDistillationLoss> make, bool sequences)
    {
        foreach (torch.ScalarType type in (torch.ScalarType[])[torch.ScalarType.Float64, torch.ScalarType.Float32])
        {
            double relative = type == torch.ScalarType.Float64 ? 1e-12 : 1e-6;
            foreach (bool lazyTeacher in (bool[])[false, true])
            {
                using Side graph = Graph(make(), type, sequences);
                using Side fused = Fused(make(), type, sequences, lazyTeacher);
                double value = graph.Accumulate(graph.Batch);

                // Of a value near 0, which is a difference of larger numbers, the digits of these count.
                Close.ShouldBe([1, fused.Accumulate(fused.Batch)], [1, value], relative, "the value");
                fused.ShouldHaveGradientsOf(graph, relative, "whole batch");
                if (make().ComparesSamples)
                {
                    continue;
                }

                using Side split = Fused(make(), type, sequences, lazyTeacher);
                foreach (Batch piece in split.Batch.Split(3))
                {
                    split.Accumulate(piece);
                }

                // A sum of three that are rounded by themselves.
                split.ShouldHaveGradientsOf(graph, 3 * relative, "micro-batches");
            }
        }
    }

    private static Side Graph(IDistillationLoss loss, torch.ScalarType type, bool sequences) => new(loss, type, sequences, isFused: false, lazyTeacher: false);

    private static Side Fused(IDistillationLoss loss, torch.ScalarType type, bool sequences, bool lazyTeacher = false) =>
        new(loss, type, sequences, isFused: true, lazyTeacher);

    /// <summary>A student with a learner for the loss, or the same network and its graph.</summary>
    private sealed class Side : IDisposable
    {
        private readonly Sequential _network;
        private readonly IDistillationLoss _loss;
        private readonly ITeacher _teacher;
        private readonly Learner? _learner;

        public Side(IDistillationLoss loss, torch.ScalarType type, bool sequences, bool isFused, bool lazyTeacher)
        {
            _network = Network(1, type);
            _loss = loss;
            ITeacher teacher = Teacher.From(Network(2, type));
            teacher = lazyTeacher ? teacher.WithFusedHead() : teacher;
            _teacher = loss.Features.Teacher.Count > 0 ? new TopKTeacher(teacher, 2) : teacher;
            Batch = Samples(loss, type, sequences);
            using var noGradient = torch.no_grad();
            if (!isFused)
            {
                loss.Prepare(Context(Batch));
            }
            else
            {
                IStudent student = new FusedHeadStudent(Student.From(_network), head: null, logitsOfPart: 2 * 4);
                _learner = new Learner(student, loss, new SgdOptimizer(0.1));
                _learner.Prepare(Context(Batch));
            }
        }

        public Batch Batch { get; }

        public double Accumulate(Batch batch)
        {
            DistillationContext context = Context(batch);
            if (_learner is not null)
            {
                context.Student.Head.Should().NotBeNull("the head is left out");
                return _learner.AccumulateGradients(context).to(torch.ScalarType.Float64).item<double>();
            }

            Tensor value = _loss.Compute(context);
            value.backward();
            return value.to(torch.ScalarType.Float64).item<double>();
        }

        public void ShouldHaveGradientsOf(Side graph, double relative, string what)
        {
            foreach (((string name, Parameter own), Parameter other) in _network.named_parameters().Zip(graph._network.parameters()))
            {
                Close.ShouldBe(Close.Numbers(own.grad!), Close.Numbers(other.grad!), relative, $"the gradient at {name}, {what},");
            }
        }

        public void Dispose() => _learner?.Dispose();

        private DistillationContext Context(Batch batch) => new(
            _learner?.Forward(batch) ?? new ModelOutput(_network.call(batch.Inputs)),
            _teacher.Predict(batch, _loss.Features.Teacher),
            batch,
            new TrainingPosition(3, 30, 100, 10));

        private static Sequential Network(int seed, torch.ScalarType type)
        {
            torch.manual_seed(seed);
            return (Sequential)Sequential(("in", Linear(Inputs, 5)), ("act", Tanh()), ("out", Linear(5, 4))).to(type);
        }

        private static Batch Samples(IDistillationLoss loss, torch.ScalarType type, bool sequences)
        {
            long count = FusedHeadLossTests.Samples;
            IDistillationLoss asked = loss is LossSum sum ? sum.Terms[0].Loss : loss;
            Tensor numbers = torch.arange(count, torch.ScalarType.Int64);
            Tensor Typed(Tensor labels) => torch.is_floating_point(labels) ? labels.to(type) : labels;
            if (!sequences)
            {
                return new Batch(Some.Inputs(count, Inputs, 4, type), Typed(LossZoo.Labels(asked, count, 4)), numbers);
            }

            Tensor rows = Typed(LossZoo.Labels(asked, count * Places, 4));
            Tensor labels = rows.dim() == 1 ? rows.view(count, Places) : rows.view(count, Places, -1);
            Tensor mask = Some.Inputs(count, Places, 6).gt(-0.5);
            mask[3] = false;
            return new MaskedBatch(Some.Inputs(count * Places, Inputs, 4, type).view(count, Places, Inputs), labels, numbers, mask);
        }
    }

    private sealed class Watched : RowLoss, IRowGradient
    {
        public List<string> Shapes { get; } = [];

        public override IRowGradient RowGradient => this;

        public override Tensor ComputeRows(LogitRows rows) => rows.Student.square().sum(1);

        RowLossGradient IRowGradient.Compute(LogitRows rows)
        {
            Shapes.Add($"[{rows.Count}, {rows.Classes}]");
            return new(ComputeRows(rows), rows.Student * 2);
        }
    }
}
