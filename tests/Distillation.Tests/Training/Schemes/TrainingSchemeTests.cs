using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Schemes;

public sealed class TrainingSchemeTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 20, seed: 7);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Scheme_is_refused_when_it_has_no_learner()
    {
        Action create = () => _ = new Contexts(1);

        create.Should().Throw<ArgumentException>().WithMessage("A scheme must have at least one learner*");
    }

    [Fact]
    public void Scheme_is_refused_when_two_learners_have_one_name()
    {
        Action create = () => _ = new Contexts(2, New(), New());

        create.Should().Throw<ArgumentException>().WithMessage("*2 have the name 'student'*");
    }

    [Fact]
    public void Run_is_refused_before_the_first_update_when_a_learner_has_no_context()
    {
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);
        using var scheme = new Contexts(1, New(network), New(name: "other"));

        Action run = () => new TrainingLoop(new TrainerOptions()).Run(scheme, _data);

        run.Should().Throw<InvalidOperationException>().WithMessage("Contexts.CreateContexts must return a context for each of 2 learners, but returned 1.");
        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Run_is_refused_when_the_validated_learner_is_another_one()
    {
        using Learner stranger = New(name: "stranger");
        using var scheme = new Contexts(1, New()) { Chosen = stranger };

        Action run = () => new TrainingLoop(new TrainerOptions()).Run(scheme, _data);

        run.Should().Throw<ArgumentException>().WithMessage("Validated of the scheme must be one of its 1 learners*");
    }

    [Fact]
    public void Report_has_loss_and_rate_of_the_validated_learner()
    {
        Learner slow = New(name: "slow", optimizer: new SgdOptimizer(0.01));
        Learner fast = New(name: "fast", optimizer: new SgdOptimizer(0.1));
        using var scheme = new Contexts(2, slow, fast) { Chosen = fast };

        TrainingProgress report = new TrainingLoop(new TrainerOptions { Epochs = 2 }).Run(scheme, _data, _data).History[1];

        report.LearningRate.Should().Be(0.1);
        report.Loss.Should().BeApproximately(report.Terms["fast/HardLabel"], 1e-6);
        report.Terms["fast/HardLabel"].Should().NotBe(report.Terms["slow/HardLabel"]);
    }

    [Fact]
    public void Learner_without_an_optimizer_follows_that_of_the_run()
    {
        (Sequential own, Sequential ofRun) = (Some.Mlp(), Some.Mlp());
        var optimizer = new AdamOptimizer(0.02);
        var update = new UpdateOptions { ClipNorm = 0.5, AverageDecay = 0.5 };
        using var first = new Contexts(1, New(own, optimizer: optimizer, update: update));
        using var second = new Contexts(1, New(ofRun));

        new TrainingLoop(new TrainerOptions { Epochs = 2 }).Run(first, _data);
        new TrainingLoop(new TrainerOptions { Epochs = 2, Optimizer = optimizer, Update = update }).Run(second, _data);

        Some.Weights(ofRun).Should().Equal(Some.Weights(own));
    }

    [Fact]
    public void Learner_is_refused_when_it_has_no_optimizer_and_no_run()
    {
        using Learner learner = New();
        Batch batch = _data.Read(torch.arange(4, torch.ScalarType.Int64));

        Action prepare = () => learner.Prepare(new(learner.Forward(batch), null, batch));

        prepare.Should().Throw<InvalidOperationException>().WithMessage("The learner 'student' has no optimizer.*");
    }

    private static Learner New(Sequential? network = null, string name = "student", IOptimizerStrategy? optimizer = null, UpdateOptions? update = null) =>
        new(Student.From(network ?? Some.Mlp()), new HardLabelLoss(), optimizer, update) { Name = name };

    /// <summary>Returns contexts of the labels for the first learners.</summary>
    private sealed class Contexts(int count, params Learner[] learners) : TrainingScheme(learners)
    {
        public Learner? Chosen { get; init; }

        public override Learner Validated => Chosen ?? base.Validated;

        protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position) =>
            [.. Learners.Take(count).Select(learner => new DistillationContext(learner.Forward(batch), null, batch, position))];
    }
}
