using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training.Trainers;

public sealed partial class StagedTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly TensorData _data = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
    private readonly Sequential _teacher = Some.Mlp(seed: 4, dtype: torch.ScalarType.Float64);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Hints_then_distillation_are_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3);
        TrainerOptions ofHints = ByHand.Options(epochs: 2, batchSize: 6, rate: 0.5);
        Sequential student = New();
        TrainingStage[] stages =
        [
            new("hints", new HintLoss("act", "act")) { Options = ofHints, Trained = ["in.*"] },
            new("distillation", Distilled()),
        ];

        var log = new LoggedLines<StagedTrainer>();
        StagedTrainingResult result = new StagedTrainer(Teacher.From(_teacher), Student.From(student), stages, options, log).Fit(_data);

        Sequential byHand = New();
        torch.nn.Module<Tensor, Tensor> first = Layer(byHand, "in");
        ByHand.Descend(first.parameters(), _data, ofHints, (inputs, _, _) =>
        {
            Tensor hint = Layer(_teacher, "in").call(inputs).relu().detach();
            return torch.nn.functional.mse_loss(first.call(inputs).relu(), hint);
        });
        ByHand.Descend(byHand.parameters(), _data, options, (inputs, labels, _) =>
        {
            Tensor logits = byHand.call(inputs);
            return (ByHand.Divergence(logits, _teacher.call(inputs), temperature: 2) * 0.7) + (ByHand.CrossEntropy(logits, labels) * 0.3);
        });
        Close.ShouldBe(Some.Weights(student), Some.Weights(byHand), 1e-9, "weights");
        result.Status.Should().Be(TrainingStatus.Completed);
        result.Stages.Select(stage => (stage.Name, stage.Result.Position.Step)).Should().Equal(("hints", 4L), ("distillation", 9L));
        result["hints"].History[^1].Terms.Keys.Should().Equal("Hint");
        log.Where(line => line.Id == 113).Select(line => line.Text).Should().Equal("Stage 1 of 2 started: hints.", "Stage 2 of 2 started: distillation.");
    }

    [Fact]
    public void Parameters_that_are_not_trained_keep_their_values_and_require_a_gradient_again()
    {
        Sequential student = New();
        double[] before = Some.Weights(student);
        student.named_parameters().First(one => one.name == "out.bias").parameter.requires_grad = false;
        TrainingStage[] stages =
        [
            new("unfrozen by pattern", new HardLabelLoss()) { Trained = ["out.*"] },
            new("frozen by pattern", new HardLabelLoss()) { Frozen = ["in.*"] },
        ];

        new StagedTrainer(teacher: null, Student.From(student), stages, Short()).Fit(_data);

        Some.Weights(Layer(student, "in")).Should().Equal(before[..35]);
        Some.Weights(Layer(student, "out")).Should().NotContain(value => before.Contains(value), "all of them were trained in the first stage");
        student.named_parameters().Where(one => !one.parameter.requires_grad).Select(one => one.name).Should().Equal("out.bias");
    }

    [Fact]
    public void Parameters_require_a_gradient_again_after_a_stage_that_failed()
    {
        Sequential student = New();
        var trainer = new StagedTrainer(teacher: null, Student.From(student), [new("head", new HardLabelLoss()) { Trained = ["out.*"] }], Short());

        Action fit = () => trainer.Fit(_data, progress: new CollectingProgress { OnReport = _ => throw new TimeoutException() });

        fit.Should().Throw<TimeoutException>();
        student.parameters().Should().OnlyContain(parameter => parameter.requires_grad);
    }

    [Fact]
    public void Stage_has_its_own_data_and_seed()
    {
        TensorData other = Some.Data(samples: 8, seed: 70, dtype: torch.ScalarType.Float64);
        TrainerOptions shuffled = new() { Epochs = 2, BatchSize = 4, Seed = 5 };
        Sequential student = New();
        Sequential alone = New();

        new StagedTrainer(teacher: null, Student.From(student), [new("first", new HardLabelLoss()) { Train = other, Options = shuffled }], Short()).Fit(_data);
        new SupervisedTrainer(Student.From(alone), options: shuffled).Fit(other);

        Some.Weights(student).Should().Equal(Some.Weights(alone));
    }

    [Fact]
    public void Best_weights_of_a_stage_are_those_with_which_the_next_one_begins()
    {
        TrainerOptions best = Short() with
        {
            Epochs = 4,
            BestBy = Metric.NegativeLogLikelihood,
            Optimizer = new SgdOptimizer(3),
            Update = new() { AverageDecay = 0.5 },
        };
        Sequential student = New();
        Sequential alone = New();

        new StagedTrainer(teacher: null, Student.From(student), [new("a", new HardLabelLoss()) { Options = best }, new("b", new HardLabelLoss())], Short())
            .Fit(_data, _data);
        new SupervisedTrainer(Student.From(alone), options: best).Fit(_data, _data);
        new SupervisedTrainer(Student.From(alone), options: Short()).Fit(_data, _data);

        Some.Weights(student).Should().Equal(Some.Weights(alone));
    }

    [Fact]
    public void Cancellation_ends_the_stage_and_all_that_follow()
    {
        using var source = new CancellationTokenSource();
        var progress = new CollectingProgress { OnReport = _ => source.Cancel() };

        Action fit = () => new StagedTrainer(teacher: null, Student.From(New()), [new("a", new HardLabelLoss()), new("b", new HardLabelLoss())], Short())
            .Fit(_data, progress: progress, cancellationToken: source.Token);

        fit.Should().Throw<TrainingCanceledException>().Which.Result.Position.Step.Should().Be(3);
        progress.Reports.Should().HaveCount(1);
    }

    [Fact]
    public void Stages_leave_no_tensor()
    {
        using ITeacher teacher = Teacher.From(_teacher);
        using IStudent student = Student.From(New());
        TrainingStage[] stages = [new("hints", new HintLoss("act", "act")) { Trained = ["in.*"] }, new("distillation", Distilled())];
        TrainerOptions options = Short() with { BestBy = Metric.Accuracy, Checkpoints = new(_directory) };
        Leak.None(() => new StagedTrainer(teacher, student, stages, options).Fit(_data, _data));
    }

    [Fact]
    public void Result_is_a_text_with_the_names_of_the_stages()
    {
        StagedTrainingResult result =
            new StagedTrainer(teacher: null, Student.From(New()), [new("a", new HardLabelLoss()), new("b", new HardLabelLoss())], Short()).Fit(_data);

        result.Describe().Should().MatchRegex(@"^a: Completed at step 6 of 6[\s\S]*\bb: Completed at step 6 of 6");
        result.ToString().Should().Be("StagedTrainingResult { Status = Completed, Stages = [2] }");
        FluentActions.Invoking(() => result["c"]).Should().Throw<KeyNotFoundException>().WithMessage("No stage 'c' ran. Those that did are: a, b.");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "none", "There must be at least one stage*" },
        { "twice", "Stages must have different names, but 2 have the name 'a'.*" },
        { "unknown", "No parameter of the student has a name like 'head.*' of stage 'a'. The names are: in.weight, in.bias, out.weight, out.bias.*" },
        { "nothing", "Stage 'a' must train a parameter of the student, but Trained [in.*] and Frozen [*] leave none of: in.weight, *" },
        { "layer", "The loss reads layer 'nowhere' of the student*" },
        { "layer of the teacher", "The loss reads layer 'nowhere' of the teacher*" },
        { "checkpoints", "Checkpoints and Ranks of stage 'a' must be those of the trainer*" },
        { "baseline", "Baseline compares*stage 'a' has it." },
        { "empty pattern", "No pattern of Trained may be empty, but they are [in.*, ].*" },
        { "validation", "BestBy needs validation data*" },
        { "comparing", "The loss 'SimilarityPreserving' compares the samples*" },
        { "cache", "The cache of the teacher's outputs is for 3 samples, but the data has 12.*" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_does_not_fit_is_refused_before_the_first_update(string what, string message)
    {
        Sequential student = New();
        double[] before = Some.Weights(student);
        var options = Short() with { Checkpoints = new(Path.Combine(_directory, "none")) };
        using var small = Teacher.From(_teacher).Cached(3);
        Action fit = () => new StagedTrainer(
            what == "cache" ? small : Teacher.From(_teacher),
            Student.From(student),
            what switch
            {
                "none" => [],
                "twice" => [Plain(), Plain()],
                "unknown" => [Plain() with { Frozen = ["head.*"] }],
                "nothing" => [Plain() with { Trained = ["in.*"], Frozen = ["*"] }],
                "layer" => [new("a", new HintLoss("nowhere", "act"))],
                "layer of the teacher" => [new("a", new HintLoss("act", "nowhere"))],
                "checkpoints" => [Plain() with { Options = new() { Checkpoints = new(_directory) } }],
                "baseline" => [Plain() with { Options = new() { Baseline = true } }],
                "empty pattern" => [Plain() with { Trained = ["in.*", ""] }],
                "validation" => [Plain(), new("b", new HardLabelLoss()) { Options = new() { BestBy = Metric.Accuracy } }],
                "comparing" => [Plain(), new("b", new SimilarityPreservingLoss("act", "act")) { Options = new() { MicroBatchSize = 2 } }],
                _ => [Plain()],
            },
            options).Fit(_data);

        fit.Should().Throw<Exception>().Which.Message.Should().Match(message);
        Some.Weights(student).Should().Equal(before);
        Directory.Exists(options.Checkpoints!.Directory).Should().BeFalse("nothing is written");
    }

    private static TrainingStage Plain() => new("a", new HardLabelLoss());

    private static IDistillationLoss Distilled() => (0.7 * new SoftTargetLoss(2)) + (0.3 * new HardLabelLoss());

    private static TrainerOptions Short() => new() { Epochs = 2, BatchSize = 4 };

    private static Sequential New() => Some.Mlp(dtype: torch.ScalarType.Float64);

    private static torch.nn.Module<Tensor, Tensor> Layer(Sequential network, string name) =>
        (torch.nn.Module<Tensor, Tensor>)network.named_children().First(child => child.name == name).module;
}
