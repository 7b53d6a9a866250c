using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

public sealed class ParallelTrainingsTests : IDisposable
{
    private const int Trainings = 6;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 60);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("dropout")]
    [InlineData("both")]
    [InlineData("connector")]
    public void Several_at_once_have_the_bits_of_one_after_the_other(string kind)
    {
        IReadOnlyList<double[]> apart = Train(kind, parallelism: 1);

        IReadOnlyList<double[]> together = Train(kind, parallelism: 4);

        together.Should().BeEquivalentTo(apart, options => options.WithStrictOrdering());
        apart.Select(weights => weights[0]).Should().OnlyHaveUniqueItems("each has its own seed");
    }

    [Fact]
    public void Number_of_threads_and_generator_are_as_before_afterward()
    {
        int threads = torch.get_num_threads();
        byte[] before = State();

        _ = Train("both", parallelism: 3);

        torch.get_num_threads().Should().Be(threads);
        State().Should().Equal(before);
    }

    [Fact]
    public void No_tensor_is_left()
    {
        _ = Train("both", parallelism: 3);
        long before = Leak.Count();

        _ = Train("both", parallelism: 3);

        const int Parameters = 8;
        Leak.Count().Should().Be(before + (Trainings * Parameters), "TorchSharp's count grows with each parameter that is made, even if it is disposed");
    }

    [Fact]
    public void First_failure_cancels_the_others_and_reaches_the_caller()
    {
        int ended = 0;

        FluentActions.Invoking(() => ParallelTrainings.Run(8, 2, (number, stop) =>
        {
            if (number == 1)
            {
                throw new InvalidTimeZoneException();
            }

            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
            return ++ended;
        })).Should().Throw<InvalidTimeZoneException>();

        ended.Should().Be(0);
    }

    [Fact]
    public void Training_that_is_refused_leaves_the_generator_to_others()
    {
        using Module<Tensor, Tensor> network = Linear(6, 3);
        var wrong = new TensorData(_data.Inputs, Some.Labels(60, classes: 9));

        FluentActions.Invoking(() => ParallelTrainings.Run(1, 1, (_, stop) => new SupervisedTrainer(Student.From(network)).Fit(wrong, cancellationToken: stop)))
            .Should().Throw<InvalidOperationException>();

        Train("dropout", parallelism: 2).Should().HaveCount(Trainings);
    }

    [Fact]
    public void Cancellation_ends_the_trainings()
    {
        using var stop = new CancellationTokenSource();

        FluentActions.Invoking(() => ParallelTrainings.Run(
            8,
            2,
            (number, cancel) =>
            {
                stop.Cancel();
                return number;
            },
            stop.Token)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Seeded_model_depends_on_its_seed_alone()
    {
        double[] Weights(int seed) => Some.Weights(ParallelTrainings.Seeded(seed, () => Linear(6, 3)));

        Weights(3).Should().Equal(Weights(3)).And.NotEqual(Weights(4));
    }

    private static byte[] State()
    {
        using Tensor state = torch.get_rng_state();
        return state.bytes.ToArray();
    }

    private IReadOnlyList<double[]> Train(string kind, int parallelism) => ParallelTrainings.Run(Trainings, parallelism, (number, stop) =>
    {
        bool drops = kind == "dropout" || (kind == "both" && number % 2 == 0);
        using Module<Tensor, Tensor> network = ParallelTrainings.Seeded(number, () => Sequential(
            ("in", Linear(6, 16)), ("relu", ReLU()), ("drop", drops ? Dropout(0.5) : Identity()), ("out", Linear(16, 3))));
        using Module<Tensor, Tensor> teaching = ParallelTrainings.Seeded(99, () => Sequential(("in", Linear(6, 20)), ("out", Linear(20, 3))));
        using ITeacher teacher = Teacher.From(teaching);
        IDistillationLoss loss = new SoftTargetLoss() + new HardLabelLoss();
        if (kind == "connector")
        {
            loss += new HintLoss("in", "in", new LinearConnector());
        }

        var options = new TrainerOptions { Epochs = 5, BatchSize = 16, Seed = number, Optimizer = new AdamOptimizer(0.01) };
        new DistillationTrainer(teacher, Student.From(network), loss, options).Fit(_data, _data, cancellationToken: stop);
        return Some.Weights(network);
    });
}
