using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Testing.Tests;

public sealed class SchemeCheckTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 24);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Distillation_passes() => SchemeCheck.Run(
        () => new DistillationScheme(Teacher.From(Network()), new Learner(Student.From(Network()), new SoftTargetLoss(2))), _data);

    [Fact]
    public void Loss_that_learns_passes() => SchemeCheck.Run(
        () => new DistillationScheme(
            Teacher.From(Network()), new Learner(Student.From(Network()), new HintLoss("act", "act", new LinearConnector()) + new HardLabelLoss())), _data);

    [Fact]
    public void Scheme_of_two_students_passes() => SchemeCheck.Run(
        () => new JointScheme(
            new Learner(Student.From(Network()), new HardLabelLoss()) { Name = "one" },
            new Learner(Student.From(Network()), new HardLabelLoss()) { Name = "two" }),
        _data);

    [Theory]
    [InlineData("same seed", SchemeFault.Unseeded)]
    [InlineData("micro-batches", SchemeFault.Sum)]
    [InlineData("resume", SchemeFault.Counting)]
    [InlineData("live tensors", SchemeFault.Leaking)]
    public void Wrong_scheme_fails_the_check_of_that_name_alone(string check, SchemeFault fault)
    {
        Action run = () => SchemeCheck.Run(() => new FaultyScheme(fault), _data);

        run.Should().Throw<CheckFailedException>().Which.Failures.Select(failure => failure.Check).Should().Equal(check);
    }

    [Fact]
    public void Micro_batches_can_be_left_out() =>
        SchemeCheck.Run(() => new FaultyScheme(SchemeFault.Sum), _data, new SchemeCheckOptions { ChecksMicroBatches = false });

    [Fact]
    public void Run_that_is_too_short_to_be_canceled_is_named()
    {
        Check resume = SchemeCheck.All(
            () => new FaultyScheme(SchemeFault.None), _data, new SchemeCheckOptions { Training = new() { Steps = 1 } }).Single(check => check.Name == "resume");

        FluentActions.Invoking(resume.Run).Should().Throw<CheckFailedException>().WithMessage("resume: The run must be long enough*raise Steps.");
    }

    [Fact]
    public void Checks_leave_no_directory()
    {
        int Count() => Directory.GetDirectories(Path.GetTempPath(), "distillation-*").Length;
        int before = Count();

        SchemeCheck.Run(() => new FaultyScheme(SchemeFault.None), _data);

        Count().Should().Be(before);
    }

    private static Sequential Network() => Sequential(("in", Linear(6, 5)), ("act", ReLU()), ("out", Linear(5, 3)));

    /// <summary>What a scheme does wrong.</summary>
    public enum SchemeFault
    {
        None,
        Unseeded,
        Sum,
        Counting,
        Leaking,
    }

    /// <summary>Trains on labels, and has one fault.</summary>
    private sealed class FaultyScheme(SchemeFault fault) : TrainingScheme(new Learner(Student.From(Network()), new HardLabelLoss()))
    {
        private static int _runs;

        private readonly int _run = _runs++;
        private int _batches;

        public override void AccumulateGradients(Batch batch, TrainingPosition position)
        {
            base.AccumulateGradients(batch, position);
            Tensor weights = Validated.Student.Module.parameters().Last();
            switch (fault)
            {
                case SchemeFault.Unseeded:
                    Add(weights, _run * 1e-3);
                    break;
                case SchemeFault.Sum:
                    Add(weights, 0.1);
                    break;
                case SchemeFault.Counting:
                    Add(weights, 0.01 * _batches++ * (position.Step == 0 ? 0 : 1));
                    break;
                case SchemeFault.Leaking:
                    torch.ones(1).DetachFromDisposeScope();
                    break;
                default:
                    break;
            }
        }

        protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position) =>
            [new DistillationContext(Validated.Forward(batch), teacher: null, batch, position)];

        private static void Add(Tensor weights, double number)
        {
            using var noGradient = torch.no_grad();
            weights.grad!.add_(number);
        }
    }
}
