using System.Text.RegularExpressions;
using Distillation.Caching;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>
/// Every piece of C# in the documents stands here too, where it is compiled and run, or in such a file of another package, or in a benchmark, where packages
/// are at hand that tests do without.
/// </summary>
public sealed partial class SnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _train = Some.Data(samples: 60);
    private readonly TensorData _validation = Some.Data(samples: 20, seed: 9);

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, string> Snippets()
    {
        string root = FindRoot(AppContext.BaseDirectory);
        var snippets = new TheoryData<string, string>();
        foreach (string page in Directory.GetFiles(Path.Combine(root, "docs"), "*.md").Append(Path.Combine(root, "README.md")))
        {
            foreach (Match match in CSharp().Matches(File.ReadAllText(page)))
            {
                snippets.Add(Path.GetFileName(page), match.Groups[1].Value);
            }
        }

        return snippets;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Snippet_is_compiled(string page, string code)
    {
        string root = FindRoot(AppContext.BaseDirectory);
        string[] places =
        [
            .. Directory.GetFiles(Path.Combine(root, "tests"), "*SnippetTests.cs", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(root, "benchmarks"), "*.cs", SearchOption.AllDirectories),
        ];

        places.Select(place => Flat(File.ReadAllText(place)))
            .Should().Contain(source => source.Contains(Flat(code)), $"the code in {page} must stand in a file of snippets, or in a benchmark");
    }

    [Fact]
    public void A_cached_teacher_runs()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var loss = new SoftTargetLoss(temperature: 4);
        var options = new TrainerOptions { Epochs = 2 };
        using CachedTeacher cached = teacher.Cached(train.Count);
        TrainingResult result = new DistillationTrainer(cached, student, loss, options).Fit(train, validation);

        result.Status.Should().Be(TrainingStatus.Completed);
        cached.Filled.Should().Be(train.Count);
    }

    [Fact]
    public void Embeddings_of_a_wider_teacher_run()
    {
        TensorData train = _train;
        Module<Tensor, Tensor> wideEncoder = Some.Mlp(hidden: 16, classes: 12);
        Module<Tensor, Tensor> narrowEncoder = Some.Mlp(hidden: 8, classes: 8);
        var options = new TrainerOptions { Epochs = 2 };
        using ITeacher teacher = Teacher.From(wideEncoder);
        using IStudent student = Student.From(narrowEncoder);
        var loss = new MatryoshkaLoss(new SimilarityDistributionLoss(temperature: 0.05), prefixes: [4, 8]);
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train);

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Ten_lines_run()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        Module<Tensor, Tensor> bigNetwork = Some.Mlp(hidden: 16);
        Module<Tensor, Tensor> smallNetwork = Some.Mlp(hidden: 4);
        using ITeacher teacher = Teacher.From(bigNetwork);
        using IStudent student = Student.From(smallNetwork);
        var loss = (0.9 * new SoftTargetLoss(temperature: 4)) + (0.1 * new HardLabelLoss());
        var options = new TrainerOptions { Epochs = 20, Optimizer = new SgdOptimizer(new Schedule.Cosine(0.1)) { Momentum = 0.9 } };
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train, validation);
        Console.WriteLine(result.History[^1].Validation);

        result.History[^1].Validation!.Samples.Should().Be(20);
    }

    [Fact]
    public void A_run_can_go_back()
    {
        var steady = new TrainerOptions { NonFinite = new NonFinitePolicy.RollBack(factor: 0.5, limit: 3) };
        using IStudent student = Student.From(Some.Mlp());

        new SupervisedTrainer(student, options: steady with { Epochs = 1 }).Fit(_train).History[^1].Skipped.Should().Be(0);
    }

    [Fact]
    public void A_run_can_be_resumed()
    {
        var resumable = new TrainerOptions { Epochs = 30, Checkpoints = new("runs/student") { EverySteps = 500, Keep = 3 } };
        string directory = Directory.CreateTempSubdirectory("distillation-").FullName;
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var trainer = new DistillationTrainer(
            teacher, student, new SoftTargetLoss(), resumable with { Epochs = 3, Checkpoints = resumable.Checkpoints with { Directory = directory } });

        trainer.Fit(_train).History.Should().HaveCount(3);
        trainer.Fit(_train).History.Should().HaveCount(3);

        Directory.EnumerateDirectories(directory).Should().HaveCount(3);
        Directory.Delete(directory, recursive: true);
    }

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
    public void A_loss_of_ones_own_learns_parameters_that_it_made_in_prepare()
    {
        using IStudent student = Student.From(Some.Mlp(hidden: 16));
        var loss = new ScaledHintLoss("act", "act");

        new DistillationTrainer(Teacher.From(Some.Mlp(hidden: 16, seed: 2)), student, loss + new HardLabelLoss(), new TrainerOptions { Epochs = 2 })
            .Fit(_train);

        Close.Numbers(loss.Module!.get_parameter("factors")!).Should().HaveCount(16).And.Contain(factor => factor != 1);
    }

    [Fact]
    public void Factors_are_transferred()
    {
        Module<Tensor, Tensor> bigNetwork = Some.ConvNet(channels: 8, seed: 1);
        Module<Tensor, Tensor> smallNetwork = Some.ConvNet(channels: 4, seed: 2);
        TensorData train = Some.Images();
        using ITeacher teacher = Teacher.From(bigNetwork);
        using IStudent student = Student.From(smallNetwork);
        using var paraphraser = new Paraphraser(channels: 8);
        new ParaphraserTrainer(teacher, "act", paraphraser, new TrainerOptions { Epochs = 5 }).Fit(train);
        var loss = (200 * new FactorTransferLoss("act", "act", paraphraser, new TranslatorConnector())) + new HardLabelLoss();
        TrainingResult result = new DistillationTrainer(teacher, student, loss, new TrainerOptions { Epochs = 5 }).Fit(train);

        result.History[^1].Terms["FactorTransfer"].Should().BeLessThan(result.History[0].Terms["FactorTransfer"]);
    }

    [Fact]
    public void Teacher_behind_a_network_is_an_asynchronous_function()
    {
        TensorData train = _train;
        var service = new Service();

        using ITeacher remote = Teacher.FromAsync(async (Batch batch, CancellationToken token) => await service.ClassifyAsync(batch.Inputs, token));
        using CachedTeacher answers = remote.Cached(train.Count);
        answers.Fill(train, batchSize: 32);

        answers.Filled.Should().Be(train.Count);
    }

    [Fact]
    public void Groups_of_parameters_have_factors()
    {
        var optimizer = new AdamWOptimizer(1e-3)
        {
            Groups =
            [
                new ParameterGroup("*.bias", "*norm*") { WeightDecayFactor = 0 },
                new ParameterGroup("backbone.*") { LearningRateFactor = 0.1 },
            ],
        };
        using var network = Sequential(("backbone", Linear(6, 5)), ("norm", LayerNorm(5)), ("head", Linear(5, 3)));

        TrainingResult result = new SupervisedTrainer(Student.From(network), options: new() { Epochs = 30, Optimizer = optimizer }).Fit(_train);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Data_set_of_TorchSharp_is_read()
    {
        using var dataset = new Rows(_train);

        IDataSource fromTorchSharp = dataset.AsDataSource(inputs: "data", labels: "label");

        fromTorchSharp.Count.Should().Be(_train.Count);
    }

    [Fact]
    public void Scheme_of_ones_own_runs()
    {
        using var scheme = new MutualScheme([Student.From(Some.Mlp(seed: 1)), Student.From(Some.Mlp(seed: 2))]);

        TrainingResult result = new TrainingLoop(new TrainerOptions { Epochs = 30, Optimizer = new AdamOptimizer(0.01) }).Run(scheme, _train);

        result.History[^1].Terms["student 1/HardLabel"].Should().BeLessThan(result.History[0].Terms["student 1/HardLabel"]);
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
    public void Models_run_in_bfloat16_with_the_channels_last()
    {
        Module<Tensor, Tensor> bigNetwork = Sequential(Conv2d(1, 32, 3), Flatten(), Linear(32 * 36, 3));
        Module<Tensor, Tensor> smallNetwork = Sequential(Conv2d(1, 16, 3), Flatten(), Linear(16 * 36, 3));
        using ITeacher teacher = Teacher.InBFloat16(bigNetwork).ChannelsLast();
        using IStudent student = Student.From(smallNetwork).InBFloat16().ChannelsLast();
        using var images = new TensorData(Some.Inputs(20, 64).view(20, 1, 8, 8), Some.Labels(20));

        TrainingResult result = new DistillationTrainer(teacher, student, new SoftTargetLoss(), new TrainerOptions { Epochs = 10 }).Fit(images);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Images_are_read_from_the_disk()
    {
        string imagesPath = Path.GetTempFileName();
        string labelsPath = Path.GetTempFileName();
        File.WriteAllBytes(imagesPath, [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 255, 0, 0, 0]);
        File.WriteAllBytes(labelsPath, [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]);

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
        string samplesPath = Path.GetTempFileName();
        IDataSource source = _train;
        source.Save(samplesPath);
        using TensorFile samples = TensorFile.Open(samplesPath);

        samples.Count.Should().Be(60);
        File.Delete(samplesPath);
    }

    [Fact]
    public void Weights_go_to_a_file_and_come_back()
    {
        string weightsPath = Path.GetTempFileName();
        Module<Tensor, Tensor> network = Some.Mlp(seed: 1);
        Module<Tensor, Tensor> other = Some.Mlp(seed: 2);
        ModuleWeights.Save(network, weightsPath);
        WeightsReport report = ModuleWeights.Load(other, weightsPath, new WeightsOptions { Strict = false });
        Console.WriteLine(report);
        var renaming = new WeightsOptions { Rename = name => name.StartsWith("model.", StringComparison.Ordinal) ? name["model.".Length..] : null };

        report.IsComplete.Should().BeTrue();
        Some.Weights(other).Should().Equal(Some.Weights(network));
        renaming.Rename("model.in.bias").Should().Be("in.bias");
        File.Delete(weightsPath);
    }

    [Fact]
    public void Weights_come_from_pytorch()
    {
        string fixtures = Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures");
        (string networkPath, string checkpointPath) = (Path.Combine(fixtures, "mlp.pth"), Path.Combine(fixtures, "checkpoint.pth"));
        Module<Tensor, Tensor> network = Some.Mlp();
        ModuleWeights.Load(network, networkPath);
        using TorchWeightsFile checkpoint = TorchWeightsFile.Open(checkpointPath, within: "model");
        Tensor bias = checkpoint.Read("in.bias");

        Close.Numbers(bias).Should().Equal(Close.Numbers(network.state_dict()["in.bias"]));
    }

    [Fact]
    public void Any_tensors_go_to_a_file()
    {
        string path = Path.GetTempFileName();
        (Tensor mean, Tensor deviation) = (torch.tensor(0.25f), torch.ones(2));
        Safetensors.Write(
            path,
            new Dictionary<string, Tensor> { ["mean"] = mean, ["deviation"] = deviation },
            new Dictionary<string, string> { ["of"] = "the training data" });
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Tensor read = file.Read("mean");

        read.item<float>().Should().Be(0.25f);
        File.Delete(path);
    }

    [Fact]
    public void Models_are_evaluated_and_compared()
    {
        Module<Tensor, Tensor> bigNetwork = Some.Mlp(hidden: 16);
        Module<Tensor, Tensor> smallNetwork = Some.Mlp(hidden: 4);
        using ITeacher teacher = Teacher.From(bigNetwork);
        using IStudent student = Student.From(smallNetwork);
        IDataSource test = _validation;
        Tensor sample = torch.zeros(1, 6);
        EvaluationReport report = Evaluator.Evaluate(student.AsTeacher(), test);
        AgreementReport agreement = ModelAgreement.Compare(teacher, student.AsTeacher(), test);
        CompressionRatio ratio = ModelCost.Measure(bigNetwork, sample).DividedBy(ModelCost.Measure(smallNetwork, sample));

        (report.Samples, agreement.Samples).Should().Be((20, 20));
        ratio.Parameters.Should().BeGreaterThan(3);
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
        var teacher = new AverageFitter(new KernelRidge(), new KernelRidge { Name = "gradients", FeatureMap = new HistogramOfGradients().Describe });
        var generator = new RandomChoice(new RandomTranslation(), new ElasticTransform());
        Recipe[] own =
            [Recipe.Augment(generator), Recipe.Distil(teacher, generator) with { Labeling = new() { KnownShare = 0.5 } }, Recipe.UseTeacher(teacher)];

        own.Select(recipe => recipe.Kind).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Pool_is_labeled_filtered_and_kept_in_a_file()
    {
        Tensor pixels = Some.Inputs(60, 64);
        IDataSource images = new TensorData(pixels.view(60, 1, 8, 8), pixels.narrow(1, 20, 3).argmax(1));
        var generator = new Mixup(new RandomAffine());
        Func<IDataSource, int, ITeacher> train = (samples, seed) =>
            Teacher.From(inputs => inputs.flatten(1).narrow(1, 20, 3) + (2 * inputs.flatten(1).narrow(1, seed, 3)));
        using IStudent student = Student.From(Sequential(("flat", Flatten()), ("out", Linear(64, 3))));
        var options = new TrainerOptions { Steps = 20, Optimizer = new AdamOptimizer(0.01) };
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        using LabeledSamples few = new(images);
        using FittedTeacher committee = new CommitteeFitter("networks", train).Fit(few, seed: 0);
        var filter = new SampleFilter { MinConfidence = 0.4, MinAgreement = 0.6, LargestClassRatio = 3 };
        using KeptSamples kept = few.Generate(generator, 8_000).LabelAndKeep(committee.Teacher, filter);
        Console.WriteLine(kept.Report.Describe());
        SampleFile.Save(kept.Samples, path);

        using TensorData pool = SampleFile.Load(path);
        TrainingResult training = new SupervisedTrainer(student, new HardLabelLoss(), options).Fit(images.TogetherWith(pool));

        File.Delete(path);
        pool.Count.Should().Be(kept.Report.Kept).And.BeLessThan(8_000);
        training.History[^1].Loss.Should().BeLessThan(Math.Log(3), "that is what guessing costs");
    }

    [Fact]
    public void Data_is_diagnosed()
    {
        using LabeledSamples few = new(Some.Data(samples: 30));
        Func<Module<Tensor, Tensor>> original = () => Linear(6, 3);
        var training = new TrainerOptions { Steps = 20, Optimizer = new AdamOptimizer(0.01) };

        DataDiagnosis diagnosis = DataDiagnosis.ByOriginals(original, few, training, folds: 5);
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

    [Fact]
    public void A_loss_that_describes_itself_takes_part_in_what_a_checkpoint_compares()
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

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Distillation.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    private static string Flat(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharp();

    private sealed class CosineLoss : IDistillationLoss
    {
        public Tensor Compute(DistillationContext c) =>
            1 - functional.cosine_similarity(c.Student.Logits, c.Teacher.Logits, dim: 1).mean();
    }

    [Fact]
    public void A_classifier_of_padded_sequences_learns_from_another()
    {
        (Tensor tokens, Tensor labels) = (torch.tensor(new long[,] { { 1, 2, 3 }, { 4, 0, 0 }, { 2, 2, 0 }, { 3, 1, 0 } }), torch.tensor([0L, 1, 0, 1]));
        using var large = new MeanOfTokens(8);
        using var small = new MeanOfTokens(3);
        var options = new TrainerOptions { Epochs = 1 };

        using ITeacher teacher = Teacher.From(large, (MaskedBatch batch) => large.call(batch.Inputs, batch.Mask));
        using IStudent student = Student.From(small, (MaskedBatch batch) => small.call(batch.Inputs, batch.Mask));
        var loss = new SoftTargetLoss(temperature: 2) + new HardLabelLoss() + new HiddenStateMseLoss([new("embedding", "embedding")], new LinearConnector());
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(new PaddedTexts(tokens, labels));

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    private sealed class PaddedTexts(Tensor tokens, Tensor labels) : IDataSource
    {
        public long Count => tokens.size(0);

        public Batch Read(Tensor indices)
        {
            Tensor rows = tokens.index_select(0, indices);
            return new MaskedBatch(rows, labels.index_select(0, indices), indices, mask: rows.ne(0));
        }
    }

    private sealed class MeanOfTokens : Module<Tensor, Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Embedding _embedding;
        private readonly TorchSharp.Modules.Linear _head;

        public MeanOfTokens(long width)
            : base(nameof(MeanOfTokens))
        {
            _embedding = Embedding(5, width);
            _head = Linear(width, 2);
            register_module("embedding", _embedding);
            register_module("head", _head);
        }

        public override Tensor forward(Tensor tokens, Tensor mask)
        {
            Tensor weights = mask.to(torch.ScalarType.Float32).unsqueeze(2);
            return _head.call((_embedding.call(tokens) * weights).sum(1) / weights.sum(1));
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _embedding.Dispose();
                _head.Dispose();
            }

            base.Dispose(disposing);
        }
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

    private sealed class Service
    {
        public async Task<Tensor> ClassifyAsync(Tensor inputs, CancellationToken token)
        {
            await Task.Delay(1, token);
            return inputs.narrow(1, 0, 3);
        }
    }

    private sealed class Rows(TensorData data) : torch.utils.data.Dataset
    {
        public override long Count => data.Count;

        public override Dictionary<string, Tensor> GetTensor(long index) => new() { ["data"] = data.Inputs[index], ["label"] = data.Labels![index] };
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
