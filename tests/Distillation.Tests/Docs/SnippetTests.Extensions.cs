using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

public sealed partial class SnippetTests
{
    [Fact]
    public void Losses_of_ones_own_run()
    {
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var loss = new CosineLoss() + new HuberHintLoss("act", "act") + new FocalLoss();

        TrainingResult result = new DistillationTrainer(
            Teacher.From(Some.Mlp(hidden: 16)), student, loss, new TrainerOptions { Epochs = 20, Optimizer = new AdamOptimizer(0.01) }).Fit(_train);

        result.History[^1].Terms.Keys.Should().BeEquivalentTo("Cosine", "HuberHint", "Focal");
        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Loss_of_ones_own_learns_parameters_that_it_made_in_prepare()
    {
        using IStudent student = Student.From(Some.Mlp(hidden: 16));
        var loss = new ScaledHintLoss("act", "act");

        new DistillationTrainer(Teacher.From(Some.Mlp(hidden: 16, seed: 2)), student, loss + new HardLabelLoss(), new TrainerOptions { Epochs = 2 })
            .Fit(_train);

        Close.Numbers(loss.Module!.get_parameter("factors")!).Should().HaveCount(16).And.Contain(factor => factor != 1);
    }

    [Fact]
    public void Scheme_of_ones_own_runs()
    {
        using var scheme = new MutualScheme([Student.From(Some.Mlp(seed: 1)), Student.From(Some.Mlp(seed: 2))]);

        TrainingResult result = new TrainingLoop(new TrainerOptions { Epochs = 30, Optimizer = new AdamOptimizer(0.01) }).Run(scheme, _train);

        result.History[^1].Terms["student 1/HardLabel"].Should().BeLessThan(result.History[0].Terms["student 1/HardLabel"]);
    }

    [Fact]
    public void Loss_that_describes_itself_takes_part_in_what_a_checkpoint_compares()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("distillation-");
        try
        {
            using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
            using IStudent student = Student.From(Some.Mlp(hidden: 4));
            var options = new TrainerOptions { Epochs = 1, Checkpoints = new(folder.FullName) };
            new DistillationTrainer(teacher, student, new MarginLoss(0.1), options).Fit(_train);
            Action other = () => new DistillationTrainer(teacher, student, new MarginLoss(0.2), options).Fit(_train);

            other.Should().Throw<InvalidOperationException>().WithMessage("*Margin = 0.1*and is*Margin = 0.2*");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class CosineLoss : IDistillationLoss
    {
        public Tensor Compute(DistillationContext c) =>
            1 - functional.cosine_similarity(c.Student.Logits, c.Teacher.Logits, dim: 1).mean();
    }

    private sealed class MarginLoss(double margin) : IDistillationLoss
    {
        public IEnumerable<(string Name, object? Value)> Describe() => [("Margin", margin)];

        public Tensor Compute(DistillationContext context) =>
            (context.Teacher.Logits - context.Student.Logits).abs().clamp_min(margin).mean();
    }

    private sealed class FocalLoss : RowLoss
    {
        public override Tensor ComputeRows(LogitRows rows)
        {
            Tensor log = functional.log_softmax(rows.Student, 1).gather(1, rows.Labels.unsqueeze(1)).squeeze(1);
            return -(1 - log.exp()).square() * log;
        }
    }

    private sealed class ScaledHintLoss(Feature student, Feature teacher) : IDistillationLoss
    {
        private Scale? _scale;

        public RequiredFeatures Features { get; } = new(FeatureSet.Of(student), FeatureSet.Of(teacher));

        public Module? Module => _scale;

        public void Prepare(DistillationContext sample) => _scale ??= new Scale(sample.Teacher[teacher].size(1));

        public Tensor Compute(DistillationContext context) => functional.mse_loss(context.Student[student] * _scale!.Factors, context.Teacher[teacher]);

        private sealed class Scale : Module
        {
            public Scale(long width)
                : base(nameof(Scale))
            {
                Factors = new Parameter(torch.ones(width));
                register_parameter("factors", Factors);
            }

            public Parameter Factors { get; }
        }
    }

    private sealed class HuberHintLoss(Feature student, Feature teacher) : FeatureLoss(student, teacher, new LinearConnector())
    {
        protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) => functional.smooth_l1_loss(student, teacher);
    }

    private sealed class MutualScheme(IEnumerable<IStudent> students)
        : TrainingScheme(students.Select((s, i) => new Learner(s, new SoftTargetLoss(1) + new HardLabelLoss()) { Name = $"student {i}" }))
    {
        protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position)
        {
            List<ModelOutput> outputs = [.. Learners.Select(learner => learner.Forward(batch))];
            return [.. outputs.Select((output, i) => new DistillationContext(output, outputs[(i + 1) % outputs.Count].Detach(), batch, position))];
        }
    }
}
