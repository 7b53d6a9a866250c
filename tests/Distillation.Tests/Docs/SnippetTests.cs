using System.Text.RegularExpressions;
using Distillation.Caching;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>
/// Every piece of C# in the documents stands here too, where it is run, or in such a file of another package, or in a benchmark, where packages are at hand
/// that tests do without. Left out are using directives, and the first block of a program where it begins with them: it sets the scene, for which tests have
/// data of their own. That whole pages are compiled as they stand, Distillation.Docs.Tests makes sure.
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
            foreach (CodeBlock block in CodeBlock.Programs(File.ReadAllText(page)).SelectMany(WithoutScene))
            {
                snippets.Add(Path.GetFileName(page), Directives().Replace(block.Code, ""));
            }
        }

        return snippets;
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Snippet_is_run(string page, string code)
    {
        string root = FindRoot(AppContext.BaseDirectory);
        string[] places =
        [
            .. Directory.GetFiles(Path.Combine(root, "tests"), "*SnippetTests*.cs", SearchOption.AllDirectories),
            .. Directory.GetFiles(Path.Combine(root, "benchmarks"), "*.cs", SearchOption.AllDirectories),
        ];

        places.Select(place => Flat(File.ReadAllText(place)))
            .Should().Contain(source => source.Contains(Flat(code)), $"the code in {page} must stand in a file of snippets, or in a benchmark");
    }

    [Fact]
    public void Cached_teacher_runs()
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
    public void Run_can_go_back()
    {
        var steady = new TrainerOptions { NonFinite = new NonFinitePolicy.RollBack(factor: 0.5, limit: 3) };
        using IStudent student = Student.From(Some.Mlp());

        new SupervisedTrainer(student, options: steady with { Epochs = 1 }).Fit(_train).History[^1].Skipped.Should().Be(0);
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
        var factors = (200 * new FactorTransferLoss("act", "act", paraphraser, new TranslatorConnector())) + new HardLabelLoss();
        TrainingResult result = new DistillationTrainer(teacher, student, factors, new TrainerOptions { Epochs = 5 }).Fit(train);

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
    public void Head_and_loss_are_one()
    {
        Module<Tensor, Tensor> bigNetwork = Some.Mlp(hidden: 16);
        Module<Tensor, Tensor> smallNetwork = Some.Mlp(hidden: 4);
        using ITeacher fusedTeacher = Teacher.From(bigNetwork).WithFusedHead();
        using IStudent fusedStudent = Student.From(smallNetwork).WithFusedHead();

        TrainingResult result = new DistillationTrainer(fusedTeacher, fusedStudent, new SoftTargetLoss(), new TrainerOptions { Epochs = 10 }).Fit(_train);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
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

    private static IEnumerable<CodeBlock> WithoutScene(IReadOnlyList<CodeBlock> program) =>
        program.Where((block, index) => index > 0 || !Directives().IsMatch(block.Code));

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Distillation.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    private static string Flat(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    [GeneratedRegex(@"\A(using (static )?[\w.]+;\n)+")]
    private static partial Regex Directives();
}
