using Distillation.Data;
using Distillation.Losses;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

public sealed partial class SnippetTests
{
    [Fact]
    public void Data_set_of_TorchSharp_is_read()
    {
        TensorData table = _train;

        using var dataset = new Rows(table);
        IDataSource fromTorchSharp = dataset.AsDataSource(inputs: "data", labels: "label");

        fromTorchSharp.Count.Should().Be(_train.Count);
    }

    [Fact]
    public void Data_is_made_and_normalized()
    {
        using TensorData table = TensorData.FromRows([[5.1f, 3.5f], [6.2f, 2.9f], [4.7f, 3.2f]], labels: [0, 1, 0]);
        Normalization normalization = Normalization.Fit(table.Inputs);
        IDataSource normalized = table.Normalized(normalization);

        normalized.Count.Should().Be(3);
    }

    [Fact]
    public void Images_are_read_from_the_disk()
    {
        File.WriteAllBytes("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 255, 0, 0, 0]);
        File.WriteAllBytes("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]);

        string imagesPath = "train-images-idx3-ubyte", labelsPath = "train-labels-idx1-ubyte";
        using ImageFile images = ImageData.OpenIdx(imagesPath, labelsPath);
        var fromDisk = new TrainerOptions { Order = SampleOrder.Blocks, BlockSize = 512, Prefetch = 2 };

        using IStudent student = Student.From(Sequential(Flatten(), Linear(3, 2)));
        new SupervisedTrainer(student, new HardLabelLoss(), fromDisk).Fit(images).Position.Step.Should().Be(10);
        File.Delete(imagesPath);
        File.Delete(labelsPath);
    }

    [Fact]
    public void Samples_go_to_a_file_and_are_read_from_it()
    {
        TensorData table = _train;

        string samplesPath = "samples.safetensors";
        table.Save(samplesPath);
        using TensorFile samples = TensorFile.Open(samplesPath);

        samples.Count.Should().Be(60);
        File.Delete(samplesPath);
    }

    [Fact]
    public void Small_data_is_made_more_of()
    {
        IDataSource images = new TensorData(Some.Inputs(30, 64).view(30, 1, 8, 8), Some.Labels(30));
        IDataSource test = new TensorData(Some.Inputs(20, 64, seed: 9).view(20, 1, 8, 8), Some.Labels(20));
        Module<Tensor, Tensor> Mlp(int hidden) => Sequential(("flat", Flatten()), ("in", Linear(64, hidden)), ("act", ReLU()), ("out", Linear(hidden, 3)));

        TrainerOptions quick = new() { Steps = 20, Optimizer = new AdamOptimizer(0.01) };
        var search = new RecipeSearchOptions { Training = quick, Folds = 2 };
        var options = new ModelDistillationOptions { Training = quick };
        Func<Module<Tensor, Tensor>> original = () => Mlp(128);
        Func<Module<Tensor, Tensor>> simplified = () => Mlp(64);
        IReadOnlyList<Recipe> candidates = Recipes.ForImages();

        using var originals = new LabeledSamples(images);
        RecipeSearchResult found = new RecipeSearch(original, candidates, search).Run(originals);
        Console.WriteLine(found.Describe());

        using ModelDistillationResult result = new ModelDistillation(original, simplified, found.ChosenForOriginal, options).Run(images, test);
        Console.WriteLine(result.Report!.Describe());

        found.Scores.Select(score => score.Recipe).Should().Contain(candidates);
        result.Report.Plain.Samples.Should().Be(20);
    }

    [Fact]
    public void Recipes_of_ones_own_are_written_in_three_lines()
    {
        var fitter = new AverageFitter(new KernelRidge(), new KernelRidge { Name = "gradients", FeatureMap = new HistogramOfGradients().Describe });
        var generator = new RandomChoice(new RandomTranslation(), new ElasticTransform());
        Recipe[] own =
            [Recipe.Augment(generator), Recipe.Distil(fitter, generator) with { Labeling = new() { KnownShare = 0.5 } }, Recipe.UseTeacher(fitter)];

        own.Select(recipe => recipe.Kind).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Pool_is_labeled_filtered_and_kept_in_a_file()
    {
        Tensor pixels = Some.Inputs(60, 64);
        IDataSource images = new TensorData(pixels.view(60, 1, 8, 8), pixels.narrow(1, 20, 3).argmax(1));
        var generator = new Mixup(new RandomAffine());
        var training = new TrainerOptions { Steps = 20, Optimizer = new AdamOptimizer(0.01) };
        using LabeledSamples originals = new(images);
        Module<Tensor, Tensor> Mlp(int hidden) => Sequential(("flat", Flatten()), ("in", Linear(64, hidden)), ("act", ReLU()), ("out", Linear(hidden, 3)));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        ITeacher Train(IDataSource samples, int seed)
        {
            torch.manual_seed(seed);
            IStudent learner = Student.From(Mlp(128));
            new SupervisedTrainer(learner, new HardLabelLoss(), training).Fit(samples);
            return learner.AsTeacher();
        }

        using FittedTeacher committee = new CommitteeFitter("networks", Train).Fit(originals, seed: 0);
        var filter = new SampleFilter { MinConfidence = 0.4, MinAgreement = 0.6, LargestClassRatio = 3 };
        using KeptSamples kept = originals.Generate(generator, 8_000).LabelAndKeep(committee.Teacher, filter);
        Console.WriteLine(kept.Report.Describe());
        SampleFile.Save(kept.Samples, path);

        using TensorData pool = SampleFile.Load(path);
        using IStudent student = Student.From(Mlp(128));
        TrainingResult enlarged = new SupervisedTrainer(student, new HardLabelLoss(), training).Fit(images.TogetherWith(pool));

        File.Delete(path);
        pool.Count.Should().Be(kept.Report.Kept).And.BeLessThan(8_000);
        enlarged.History[^1].Loss.Should().BeLessThan(Math.Log(3), "that is what guessing costs");
    }

    [Fact]
    public void Data_is_diagnosed()
    {
        using LabeledSamples originals = new(Some.Data(samples: 30));
        Func<Module<Tensor, Tensor>> original = () => Linear(6, 3);
        var training = new TrainerOptions { Steps = 20, Optimizer = new AdamOptimizer(0.01) };

        DataDiagnosis diagnosis = DataDiagnosis.ByOriginals(original, originals, training, folds: 5);
        Console.WriteLine(diagnosis.Describe());

        diagnosis.Report.Samples.Should().Be(30);
    }

    [Fact]
    public void Scattered_data_learns_together()
    {
        IDataSource north = new TensorData(Some.Inputs(30, 64).view(30, 1, 8, 8), Some.Labels(30));
        IDataSource south = new TensorData(Some.Inputs(40, 64, seed: 4).view(40, 1, 8, 8), Some.Labels(40));
        IDataSource test = new TensorData(Some.Inputs(20, 64, seed: 9).view(20, 1, 8, 8), Some.Labels(20));
        Func<Module<Tensor, Tensor>> original = () => Sequential(("flat", Flatten()), ("in", Linear(64, 16)), ("act", ReLU()), ("out", Linear(16, 3)));
        var training = new TrainerOptions { Steps = 20, Optimizer = new AdamOptimizer(0.01) };

        var generator = new RandomChoice(new Mixup(new RandomAffine()), new RandomAffine { Degrees = 10, Scale = 0.1, Pixels = 2 });
        var exchange = new FederatedOptions { Exchange = FederatedExchange.Models, Training = training };

        using FederatedDistillationResult together = new FederatedDistillation(original, generator, exchange).Run([north, south], test);
        Console.WriteLine(together.Describe());

        together.Clients.Should().HaveCount(2);
        together.Improvement!.Pairs.Should().Be(2);
    }

    private sealed class Rows(TensorData data) : torch.utils.data.Dataset
    {
        public override long Count => data.Count;

        public override Dictionary<string, Tensor> GetTensor(long index) => new() { ["data"] = data.Inputs[index], ["label"] = data.Labels![index] };
    }
}
