using Distillation.Data;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace Distillation.Reports.Tests;

/// <summary>The pieces of C# in the documents that need this package.</summary>
public sealed class ReportSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly string _folder = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public ReportSnippetTests() => Directory.SetCurrentDirectory(_folder);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Run_is_reported()
    {
        (Module<Tensor, Tensor> bigNetwork, Module<Tensor, Tensor> smallNetwork) = (Network(16), Network(4));
        using ITeacher teacher = Teacher.From(bigNetwork);
        using IStudent student = Student.From(smallNetwork);
        IDistillationLoss loss = new SoftTargetLoss(temperature: 4) + new HardLabelLoss();
        var options = new TrainerOptions { Epochs = 2, BatchSize = 20 };
        (TensorData train, TensorData validation, TensorData test) = (Some.Data(samples: 60), Some.Data(seed: 9), Some.Data(seed: 10));

        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train, validation);
        result.ToReport("Fashion student").Write("reports");

        using ITeacher labelsAlone = Teacher.From(Network(4));
        Tensor sample = torch.zeros(1, 6);
        var run = new TrainingRun
        {
            Title = "Fashion student",
            Result = result,
            Evaluation = Evaluator.Evaluate(student.AsTeacher(), test),
            Baseline = Evaluator.Evaluate(labelsAlone, test),
            BaselineName = "labels alone",
            Agreement = ModelAgreement.Compare(teacher, student.AsTeacher(), test),
            TeacherCost = ModelCost.Measure(bigNetwork, sample),
            StudentCost = ModelCost.Measure(smallNetwork, sample),
            ClassNames = ["shirt", "coat", "bag"],
        };
        string path = Report.Of(run).Write("reports", "student");

        var sizes = new ScatterPlot
        {
            Title = "Size and accuracy",
            XLabel = "parameters",
            YLabel = "accuracy",
            LogX = true,
            Front = ParetoFront.SmallXLargeY,
            Groups =
            [
                new() { Name = "teacher", Points = [new(1_200_000, 0.93)] },
                new() { Name = "student", Points = [new(100_000, 0.91)] },
                new() { Name = "labels alone", Points = [new(100_000, 0.88)] },
            ],
        };
        Report report = Report.Of(run);
        report = report with { Sections = [.. report.Sections, new() { Title = "Sizes", Blocks = [sizes] }] };
        File.WriteAllText("sizes.svg", sizes.ToSvg());

        using var bar = new ConsoleProgress("student", Metric.Accuracy);
        var progress = new TensorBoardProgress("runs/student", next: bar);
        new DistillationTrainer(teacher, student, loss, options).Fit(train, validation, progress);

        path.Should().EndWith("student.html");
        Directory.GetFiles("reports").Should().HaveCount(6);
        Directory.GetFiles("runs/student").Should().ContainSingle();
        report.ToHtml().Should().Contain("Size and accuracy");
    }

    [Fact]
    public void Study_is_reported()
    {
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        (TensorData train, TensorData validation, TensorData test) = (Some.Data(samples: 60), Some.Data(seed: 9), Some.Data(seed: 10));
        var study = new DistillationStudy(
            teacher,
            () => Network(4),
            [new StudyCandidate("T = 2", () => new SoftTargetLoss(temperature: 2))],
            new StudyOptions { Training = new() { Epochs = 2 }, Pairs = 2 });
        StudyResult verdict;
        using (var console = new ConsoleProgress("study"))
        {
            verdict = study.Run(train, validation, test, console);
        }

        verdict.ToReport("Is distillation worth it?", classNames: ["shirt", "coat", "bag"]).Write("reports", "study");

        Directory.GetFiles("reports").Should().HaveCount(3);
        File.ReadAllText("reports/study.md").Should().Contain(verdict.Sentence().Split(':')[0]);
    }

    [Fact]
    public void Small_data_is_reported()
    {
        (TensorData images, TensorData test) = (Some.Images(samples: 500), Some.Images(samples: 40, seed: 9));
        Module<Tensor, Tensor> Mlp(int hidden) =>
            Sequential(("flat", Flatten()), ("in", Linear(64, hidden / 16)), ("act", ReLU()), ("out", Linear(hidden / 16, 3))).to(torch.ScalarType.Float64);
        Recipe recipe = Recipe.Distil(new KernelRidge(), new RandomTranslation()) with { MinPoolSize = 60, PoolFactor = 1 };
        var options = new ModelDistillationOptions { Training = new() { Steps = 5, Optimizer = new AdamWOptimizer(0.003) }, PlainWeightDecays = [] };
        var search = new RecipeSearchOptions { Training = options.Training, Folds = 2, PlainWeightDecays = [], Families = [] };
        var scattered = new FederatedComparisonOptions
        {
            OneShot = new() { Training = options.Training, MinPoolSize = 60, PoolFactor = 1 },
            Averaging = new() { Training = options.Training with { Optimizer = new SgdOptimizer(0.1) }, Rounds = 2 },
            Fusion = new() { Training = options.Training },
        };
        string[] names = ["T-shirt", "trouser", "pullover"];

        var distillation = new ModelDistillation(() => Mlp(128), () => Mlp(64), recipe, options);
        using ModelDistillationResult result = distillation.Run(images, test);
        var suspects = new SampleDisplay { Samples = images, PixelRange = new(0, 1) };
        result.ToReport("Fashion, 500 labels", names, suspects).Write("reports", "distillation");

        using var originals = new LabeledSamples(images);
        RecipeSearchResult found = new RecipeSearch(() => Mlp(128), [recipe], search).Run(originals);
        found.ToReport("Which recipe?").Write("reports", "search");

        var curves = new Dictionary<long, RepeatedDistillationReport>();
        foreach (int labels in new[] { 100, 200, 500 })
        {
            curves[labels] = distillation.Repeat(images.Subset(0..labels), test, runs: 3);
        }

        curves[500].ToReport("500 labels, three runs", names).Write("reports", "repeated");
        curves.ToReport("How many labels?").Write("reports", "curves");

        var comparison = new FederatedComparison(() => Mlp(128), new RandomTranslation(), scattered);
        FederatedComparisonResult ways = comparison.Run([images.Subset(0..250), images.Subset(250..500)], test);
        ways.ToReport("Two places").Write("reports", "scattered");

        File.ReadAllText("reports/distillation.md").Should().Contain("## Suspect samples");
        Directory.GetFiles("reports", "*.html").Select(Path.GetFileName).Should().BeEquivalentTo(
            "distillation.html", "search.html", "repeated.html", "curves.html", "scattered.html");
    }

    private static Module<Tensor, Tensor> Network(int width) => Sequential(("in", Linear(6, width)), ("act", ReLU()), ("out", Linear(width, 3)));
}
