using System.Globalization;
using System.Security.Cryptography;
using Distillation.Losses;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Mpi.Worker;

/// <summary>
/// Runs a study, a search and an exchange of models alone and on all ranks, and writes their results: <c>what|rank|trainings of this rank|result on all
/// ranks|result alone</c>; and <c>counted|rank|trainings of all ranks before, and of this one</c> after the study.
/// </summary>
internal static class ShareCommand
{
    private const int Features = 4;
    private const int Classes = 3;

    private static readonly TrainerOptions Training = new() { Steps = 20, BatchSize = 8, Optimizer = new AdamWOptimizer(0.01) };

    /// <param name="fault"><c>throw</c>: the student of rank 1 cannot be made.</param>
    public static int Run(string? fault)
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();
        bool breaks = fault == "throw" && mpi.Ranks.Rank == 1;
        var studies = new Counts<StudyProgress>();
        string shared = Study(mpi.Ranks, breaks, studies);
        Line.Write("study", mpi.Ranks.Rank, studies.Count, shared, Study(null, breaks: false, null));
        Line.Write("counted", mpi.Ranks.Rank, studies.Last!.Completed);
        var parts = new Counts<double>();
        shared = Search(mpi.Ranks, parts);
        Line.Write("search", mpi.Ranks.Rank, parts.Count, shared, Search(null, null));
        Line.Write("exchange", mpi.Ranks.Rank, 0, Exchange(mpi.Ranks), Exchange(null));
        return 0;
    }

    // The models of clients as files, each trained on the rank of its client.
    private static string Exchange(IRanks? ranks)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        IReadOnlyList<IDataSource> clients = FederatedPartition.Even(Data(60), clients: 3, seed: 1);
        string path = Path.GetTempFileName();
        try
        {
            IReadOnlyList<byte[]> files = ranks is null ? Train([0, 1, 2]) : ranks.Share(clients.Count, Train);
            return string.Join(' ', files.Select(file => Convert.ToHexStringLower(SHA256.HashData(file))[..16]));
        }
        finally
        {
            File.Delete(path);
        }

        IReadOnlyList<byte[]> Train(IReadOnlyList<int> numbers) =>
        [
            .. numbers.Select(number =>
            {
                var options = new FederatedOptions { Training = Training };
                using FederatedModel model = new FederatedClient(number, () => Mlp(5), clients[number], new GaussianNoise(), options).Train();
                model.Save(path);
                return File.ReadAllBytes(path);
            }),
        ];
    }

    private static string Study(IRanks? ranks, bool breaks, IProgress<StudyProgress>? progress)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        using ITeacher teacher = Teacher.From(Mlp(9));
        TensorData[] data = [Data(40), Data(30), Data(30)];
        StudyCandidate[] candidates = [.. new[] { 1.0, 2, 4 }.Select(temperature => new StudyCandidate(
            temperature.ToString(CultureInfo.InvariantCulture), () => new SoftTargetLoss(temperature)))];
        int made = 0;
        var study = new DistillationStudy(
            teacher,
            () => breaks && ++made > 3 ? throw new InvalidTimeZoneException("A fault of the test.") : Mlp(5),
            candidates,
            new() { Training = Training, Pairs = 2, Ranks = ranks });
        StudyResult result = study.Run(data[0], data[1], data[2], progress);
        IEnumerable<double> points = result.Points.SelectMany(point => new[] { point.Value, point.Budget });
        return Numbers([result.Difference, result.Interval.Low, result.Interval.High, .. points]) + result.Best;
    }

    private static string Search(IRanks? ranks, IProgress<double>? progress)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(1);
        using var data = new LabeledSamples(Data(40), Classes);
        Recipe[] recipes = [Recipe.Distil(new KernelRidge(), new GaussianNoise()) with { PoolFactor = 2, MinPoolSize = 20 }];
        var options = new RecipeSearchOptions { Training = Training, Folds = 3, PlainWeightDecays = [0.1], Ranks = ranks };
        RecipeSearchResult result = new RecipeSearch(() => Mlp(5), recipes, options).Run(data, progress);
        return Numbers([.. result.Scores.SelectMany(score => new[] { score.Mean, score.Accuracy, score.Temperature, score.Gain.LikelihoodInterval.Low })])
            + result.Recommendation;
    }

    // All digits: results are compared bit by bit.
    private static string Numbers(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));

    private static TensorData Data(int count) => new(torch.randn(count, Features), torch.randint(0, Classes, [count], torch.ScalarType.Int64));

    private static TorchSharp.Modules.Sequential Mlp(int hidden) =>
        Sequential(("in", Linear(Features, hidden)), ("act", ReLU()), ("out", Linear(hidden, Classes)));

    private sealed class Counts<T> : IProgress<T>
    {
        public int Count { get; private set; }

        public T? Last { get; private set; }

        public void Report(T value) => (Count, Last) = (Count + 1, value);
    }
}
