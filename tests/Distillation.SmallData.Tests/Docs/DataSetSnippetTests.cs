using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Docs;

/// <summary>The pieces of C# on condensed data, inversion, private training and regressions in the page on small data.</summary>
public sealed class DataSetSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void A_data_set_is_condensed()
    {
        using TensorData images = Some.Images(40, classes: 2);
        using ITeacher teacher = Teacher.From(input => input.flatten(1).narrow(1, 0, 2));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using var data = new LabeledSamples(images);
        var matching = new DistributionMatching { Start = new Herding(), Steps = 200 };

        using TensorData few = matching.Condense(data, samplesPerClass: 10);
        using TensorData soft = few.LabeledBy(teacher).InMemory();
        SampleFile.Save(soft, path);

        few.Count.Should().Be(20);
        using TensorData read = SampleFile.Load(path);
        read.Labels!.shape.Should().Equal(20, 2);
        File.Delete(path);
    }

    [Fact]
    public void A_teacher_is_inverted()
    {
        using Module<Tensor, Tensor> network = Sequential(Conv2d(1, 4, 3, padding: 1), BatchNorm2d(4), ReLU(), Flatten(), Linear(100, 2));
        var inversion = new TeacherInversion(network, new TeacherInversionOptions { Steps = 100 });
        using TensorData made = inversion.Synthesize([1, 5, 5], classes: 2, count: 20);
        using TensorData labeled = made.LabeledBy(Teacher.From(network)).InMemory();

        labeled.Labels!.shape.Should().Equal(20, 2);
    }

    [Fact]
    public void A_model_is_trained_with_differential_privacy()
    {
        using TensorData images = SmallProblem.Heaps(200, [0, 1, 2, 3]);
        Func<Module<Tensor, Tensor>> original = SmallProblem.HeapNetwork;

        using Module<Tensor, Tensor> model = original();
        double noise = RdpAccountant.NoiseFor(epsilon: 3, delta: 1e-5, samplingRate: 20.0 / images.Count, steps: 30);
        DpSgdResult result = new DpSgdTrainer(new DpSgdOptions { NoiseMultiplier = noise, BatchSize = 20, Steps = 30 }).Fit(model, images);
        Console.WriteLine(result.Describe());

        result.Epsilon.Should().BeInRange(2.9, 3);
    }

    [Fact]
    public void Clients_train_with_differential_privacy()
    {
        using TensorData images = SmallProblem.Heaps(400, [0, 1, 2, 3]);
        Func<Module<Tensor, Tensor>> original = SmallProblem.HeapNetwork;

        IReadOnlyList<IDataSource> clients = FederatedPartition.Even(images, clients: 100, seed: 1);

        var rounds = new FederatedAveragingOptions
        {
            Rounds = 20,
            ClientShare = 0.3,
            Training = new TrainerOptions { Epochs = 1, BatchSize = 20, Optimizer = new SgdOptimizer(0.1) },
            Privacy = new FederatedPrivacyOptions
            {
                ClipNorm = 1,
                NoiseMultiplier = RdpAccountant.NoiseFor(epsilon: 8, delta: 1e-3, samplingRate: 0.3, steps: 20),
                Delta = 1e-3,
            },
        };
        using FederatedAveragingResult federated = new FederatedAveraging(original, rounds).Run(clients);
        Console.WriteLine(federated.Describe());

        federated.Epsilon.Should().BeInRange(7.9, 8);
        Evaluator.Evaluate(federated.Teacher, images).Accuracy.Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void A_search_goes_over_recipes_of_a_regression()
    {
        using TensorData rows = Numbers(40);
        using TensorData test = Numbers(40);
        Func<Module<Tensor, Tensor>> original = () => Linear(2, 1);
        Func<Module<Tensor, Tensor>> simplified = () => Linear(2, 1);
        TrainerOptions training = SmallProblem.Training with { Steps = 20 };

        using var data = new LabeledSamples(rows, EvaluationTask.Regression);
        var search = new RecipeSearchOptions { Task = EvaluationTask.Regression, Training = training };
        RecipeSearchResult found = new RecipeSearch(original, Recipes.ForTargets(), search).Run(data);
        Console.WriteLine(found.Describe());

        var options = new ModelDistillationOptions { Task = EvaluationTask.Regression, Training = training };
        using ModelDistillationResult result = new ModelDistillation(original, simplified, found.ChosenForOriginal, options).Run(rows, test);
        Console.WriteLine(result.Report!.Describe());

        result.Report!.Plain[new RootMeanSquaredError()].Should().BePositive();
    }

    private static TensorData Numbers(int count)
    {
        using var scope = torch.NewDisposeScope();
        Tensor inputs = torch.randn(count, 2);
        return TensorData.Owning(inputs, inputs.sum(dim: 1));
    }
}
