using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Losses;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Mpi.Tests.Docs;

/// <summary>The pieces of C# in the page on several processes, and in the readme of the package, in one process.</summary>
public sealed class MpiSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-mpi-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public MpiSnippetTests() => Directory.SetCurrentDirectory(_directory);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_job_of_one_process_trains_a_student()
    {
        using TensorData train = Data(300), validation = Data(100);

        using MpiEnvironment mpi = MpiEnvironment.Start();
        torch.manual_seed(1);
        using var big = Sequential(("in", Linear(784, 256)), ("act", ReLU()), ("out", Linear(256, 10)));
        using var small = Sequential(("in", Linear(784, 32)), ("act", ReLU()), ("out", Linear(32, 10)));
        var options = new TrainerOptions { Epochs = 3, BatchSize = 128, Ranks = mpi.Ranks };

        var trainer = new DistillationTrainer(Teacher.From(big), Student.From(small), new SoftTargetLoss(temperature: 4), options);
        TrainingResult result = trainer.Fit(train, validation);
        if (mpi.Ranks.Rank == 0)
        {
            small.save("small.dat");
            Console.WriteLine(result.Describe());
        }

        File.Exists("small.dat").Should().BeTrue();
    }

    [Fact]
    public void A_job_of_one_process_fills_a_store()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();
        using TensorData train = Data(100);
        using var big = Linear(784, 10);

        using ITeacher teacher = Teacher.From(big);
        using ArrowOutputStore store = ArrowOutputStore.Open("teacher-outputs", train.Count, "big network, 784 inputs");
        using CachedTeacher cached = teacher.Cached(store);
        cached.FillPart(train, mpi.Ranks.Rank, mpi.Ranks.Count);
        mpi.Barrier();
        store.Refresh();

        store.Filled.Should().Be(100);
    }

    [Fact]
    public void A_job_of_one_process_runs_a_study_and_a_search()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();
        using TensorData train = Samples(300), validation = Samples(100);
        using var big = Linear(784, 10);

        StudyCandidate[] candidates = [new("T = 2", () => new SoftTargetLoss(2)), new("T = 4", () => new SoftTargetLoss(4))];
        var shared = new StudyOptions { Training = new TrainerOptions { Epochs = 3 }, Ranks = mpi.Ranks };
        var study = new DistillationStudy(Teacher.From(big), () => Sequential(("in", Linear(784, 10))), candidates, shared);
        using TensorData test = Samples(200);
        StudyResult verdict = study.Run(train, validation, test);

        var folds = new RecipeSearchOptions { Training = new TrainerOptions { Steps = 100 }, Ranks = mpi.Ranks };
        var search = new RecipeSearch(() => Sequential(("in", Linear(784, 10))), [Recipe.Augment(new GaussianNoise())], folds);
        using var labeled = new LabeledSamples(validation, classes: 10);
        RecipeSearchResult found = search.Run(labeled);

        verdict.Alone.Should().HaveCount(5);
        found.IsComplete.Should().BeTrue();
    }

    [Fact]
    public void A_job_of_one_process_exchanges_the_models_of_clients()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();
        using TensorData train = Samples(80);

        IReadOnlyList<IDataSource> clients = FederatedPartition.Even(train, clients: 4, seed: 1);
        var generator = new GaussianNoise();
        IReadOnlyList<byte[]> models = mpi.Ranks.Share(clients.Count, numbers =>
        [
            .. numbers.Select(number =>
            {
                string path = $"client-{number}.safetensors";
                using FederatedModel model = new FederatedClient(number, () => Sequential(("in", Linear(784, 10))), clients[number], generator).Train();
                model.Save(path);
                return File.ReadAllBytes(path);
            }),
        ]);

        models.Should().HaveCount(4).And.OnlyHaveUniqueItems().And.OnlyContain(file => file.Length > 784 * 10 * sizeof(float));
    }

    [Fact]
    public void The_first_job_of_the_readme_trains_in_one_process()
    {
        using MpiEnvironment mpi = MpiEnvironment.Start();

        // The same generator on every rank makes the same weights, and here the same random samples in place of yours.
        torch.manual_seed(1);
        using var train = new TensorData(torch.randn(1000, 784), torch.randint(0, 10, 1000, torch.ScalarType.Int64));
        using var bigNetwork = Sequential(("in", Linear(784, 128)), ("act", ReLU()), ("out", Linear(128, 10)));
        using var smallNetwork = Linear(784, 10);
        var options = new TrainerOptions { Epochs = 5, BatchSize = 64, Ranks = mpi.Ranks };
        var trainer = new DistillationTrainer(Teacher.From(bigNetwork), Student.From(smallNetwork), new SoftTargetLoss(temperature: 4), options);
        TrainingResult result = trainer.Fit(train);
        if (mpi.Ranks.Rank == 0)
        {
            smallNetwork.save("small.dat");
            Console.WriteLine($"{mpi.Ranks.Count} rank(s). {result.Describe()}");
        }

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    private static TensorData Samples(int count) => Data(count);

    private static TensorData Data(long samples) => new(torch.randn(samples, 784), torch.randint(0, 10, samples, torch.ScalarType.Int64));
}
