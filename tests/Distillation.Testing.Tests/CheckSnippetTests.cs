using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Testing.Tests;

/// <summary>The pieces of C# in the documents that need this package.</summary>
public sealed class CheckSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_on_logits_passes()
    {
        Action run = () =>
        {
            LossCheck.Run(() => new FocalLoss());
        };

        run.Should().NotThrow();
    }

    [Fact]
    public void Loss_on_layers_passes()
    {
        var checking = new LossCheckOptions
        {
            Labels = LossCheckOptions.NoLabels,
            StudentLayers = new Dictionary<Feature, long[]> { ["act"] = [5] },
            TeacherLayers = new Dictionary<Feature, long[]> { ["act"] = [16] },
            Skip = new Dictionary<string, string> { ["two classes"] = "the number of classes is fixed" },
        };
        LossCheck.Run(() => new HuberHintLoss("act", "act"), checking);

        LossCheck.All(() => new HuberHintLoss("act", "act"), checking).Should().ContainSingle(check => check.SkipReason != null);
    }

    [Fact]
    public void Teacher_and_scheme_pass()
    {
        using ITeacher teacher = Teacher.From(CreateNetwork(16));
        TensorData train = Some.Data();

        Action run = () =>
        {
            Module<Tensor, Tensor> network = CreateNetwork(4);
            Batch batch = train.Read(torch.arange(8));
            TeacherCheck.Run(() => Teacher.From(network), batch);
            SchemeCheck.Run(() => new DistillationScheme(teacher, new Learner(Student.From(CreateNetwork(4)), new SoftTargetLoss(4))), train);
        };

        run.Should().NotThrow();
    }

    private static Sequential CreateNetwork(int width) => Sequential(("in", Linear(6, width)), ("act", ReLU()), ("out", Linear(width, 3)));

    public sealed class FocalLossTests
    {
        public static TheoryData<string> Checks => [.. LossCheck.All(() => new FocalLoss()).Select(check => check.Name)];

        [Theory]
        [MemberData(nameof(Checks))]
        public void Focal_loss_passes(string name) => LossCheck.All(() => new FocalLoss()).Single(check => check.Name == name).Run();
    }

    private sealed class FocalLoss : RowLoss
    {
        public override Tensor ComputeRows(LogitRows rows)
        {
            Tensor log = functional.log_softmax(rows.Student, 1).gather(1, rows.Labels.unsqueeze(1)).squeeze(1);
            return -(1 - log.exp()).square() * log;
        }
    }

    private sealed class HuberHintLoss(Feature student, Feature teacher) : FeatureLoss(student, teacher, new LinearConnector())
    {
        protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) => functional.smooth_l1_loss(student, teacher);
    }
}
