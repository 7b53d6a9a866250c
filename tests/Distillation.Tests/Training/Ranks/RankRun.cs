using Distillation.Losses;

namespace Distillation.Tests.Training.Ranks;

/// <summary>A small run, the same on every rank.</summary>
internal sealed record RankRun
{
    public required TrainerOptions Options { get; init; }

    public Func<IDistillationLoss> Loss { get; init; } = () => (0.7 * new SoftTargetLoss(2)) + (0.3 * new HardLabelLoss());

    public Func<IDataSource> Data { get; init; } = () => Some.Data(samples: 21);

    public Func<IDataSource?> Validation { get; init; } = () => null;

    public Func<int, torch.nn.Module<Tensor, Tensor>> Student { get; init; } = _ => Some.Mlp(hidden: 5, seed: 1);

    public Func<torch.nn.Module<Tensor, Tensor>> Teacher { get; init; } = () => Some.Mlp(hidden: 9, seed: 7);

    public Func<int, IProgress<TrainingProgress>?> Progress { get; init; } = _ => null;

    public Func<int, CancellationToken> Token { get; init; } = _ => CancellationToken.None;

    /// <summary>Runs without ranks.</summary>
    public Outcome Alone()
    {
        using var scope = torch.NewDisposeScope();
        return Fit(ranks: null, Student(0), Teacher());
    }

    /// <summary>Runs on each rank, and requires that none throws.</summary>
    public Outcome[] On(int count)
    {
        var outcomes = new Outcome[count];
        Failures(count, outcomes).Should().OnlyContain(exception => exception == null);
        return outcomes;
    }

    /// <summary>Runs on each rank.</summary>
    /// <returns>What each rank threw.</returns>
    public Exception?[] Failures(int count) => Failures(count, new Outcome[count]);

    // The models are made before the threads begin: libtorch's generator serves all of them.
    private Exception?[] Failures(int count, Outcome[] outcomes)
    {
        using var scope = torch.NewDisposeScope();
        (torch.nn.Module<Tensor, Tensor> Student, torch.nn.Module<Tensor, Tensor> Teacher)[] models =
            [.. Enumerable.Range(0, count).Select(rank => (Student(rank), Teacher()))];
        return ThreadRanks.Run(count, ranks => outcomes[ranks.Rank] = Fit(ranks, models[ranks.Rank].Student, models[ranks.Rank].Teacher));
    }

    private Outcome Fit(ThreadRanks? ranks, torch.nn.Module<Tensor, Tensor> student, torch.nn.Module<Tensor, Tensor> network)
    {
        using var scope = torch.NewDisposeScope();
        int rank = ranks?.Rank ?? 0;
        using ITeacher teacher = Distillation.Teacher.From(network);
        TrainingResult result = new DistillationTrainer(teacher, Distillation.Student.From(student), Loss(), Options with { Ranks = ranks })
            .Fit(Data(), Validation(), Progress(rank), Token(rank));
        return new(result, Some.Weights(student), [.. student.buffers().SelectMany(Numbers)], ranks?.Exchanges ?? 0);
    }

    private static double[] Numbers(Tensor tensor) => tensor.to(torch.ScalarType.Float64).flatten().data<double>().ToArray();

    internal sealed record Outcome(TrainingResult Result, double[] Weights, double[] Buffers, int Exchanges);
}
