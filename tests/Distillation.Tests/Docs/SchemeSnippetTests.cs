using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Models;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>The code of docs/schemes.md.</summary>
public sealed class SchemeSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _train = Some.Data(samples: 60);
    private readonly TensorData _validation = Some.Data(samples: 20, seed: 9);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Hints_come_before_distillation()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var options = new TrainerOptions { Epochs = 4 };

        TrainingStage[] stages =
        [
            new("hints", new HintLoss("act", "act", new LinearConnector())) { Trained = ["in.*"], Options = options with { Epochs = 2 } },
            new("distillation", (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss())),
        ];
        StagedTrainingResult staged = new StagedTrainer(teacher, student, stages, options).Fit(train, validation);

        staged["hints"].History.Should().HaveCount(2);
        staged["distillation"].History.Should().HaveCount(4);
    }

    [Fact]
    public void Blocks_are_trained_one_after_the_other()
    {
        TensorData train = _train;
        Module<Tensor, Tensor> New(int seed)
        {
            torch.manual_seed(seed);
            return Sequential(("block1", Linear(6, 6)), ("block2", Linear(6, 6)), ("block3", Linear(6, 6)), ("head", Linear(6, 3)));
        }

        using ITeacher teacher = Teacher.From(New(1));
        using IStudent student = Student.From(New(2));
        var options = new TrainerOptions { Epochs = 30, Optimizer = new AdamOptimizer(0.05) };

        string[] blocks = ["block1", "block2", "block3"];
        TrainingStage[] blockwise = [.. blocks.Select(block => new TrainingStage(block, new HintLoss(block, block)) { Trained = [$"{block}.*"] })];
        StagedTrainingResult blocked = new StagedTrainer(teacher, student, blockwise, options).Fit(train);

        blocked.Stages.Should().HaveCount(3).And.OnlyContain(stage => stage.Result.History[29].Loss < 0.2 * stage.Result.History[0].Loss);
    }

    [Fact]
    public void Generations_follow_each_other()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        using ITeacher teacher = Teacher.From(Some.Mlp());
        IStudent[] generations = [Student.From(Some.Mlp(seed: 2)), Student.From(Some.Mlp(seed: 3))];
        var options = new TrainerOptions { Epochs = 2 };

        var bornAgain = new BornAgainTrainer(teacher, generations, () => new SoftTargetLoss(1) + new HardLabelLoss(), options);
        StagedTrainingResult born = bornAgain.Fit(train, validation);
        EvaluationReport ensemble = Evaluator.Evaluate(bornAgain.CreateEnsemble(), validation);

        born.Stages.Should().HaveCount(2);
        ensemble.Samples.Should().Be(20);
    }

    [Fact]
    public void Teachers_are_weighted_by_the_sample()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        using ITeacher teacher = Teacher.From(Some.Mlp());
        IStudent[] generations = [Student.From(Some.Mlp(seed: 2))];
        IStudent[] assistants = [Student.From(Some.Mlp(hidden: 16))];
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var options = new TrainerOptions { Epochs = 2 };

        var committee = new EnsembleTeacher(teacher, generations[0].AsTeacher(), assistants[0].AsTeacher())
        {
            Weighting = EnsembleWeighting.Labels,
            Temperature = 4,
        };
        IDistillationLoss loss = (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss());
        TrainingResult taught = new DistillationTrainer(committee, student, loss, options).Fit(train, validation);

        taught.Status.Should().Be(TrainingStatus.Completed);
        taught.History.Should().HaveCount(2);
    }

    [Fact]
    public void Assistants_come_before_the_student()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 32));
        IStudent[] assistants = [Student.From(Some.Mlp(hidden: 16)), Student.From(Some.Mlp(hidden: 8))];
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        var options = new TrainerOptions { Epochs = 2 };

        var chain = new TeacherAssistantTrainer(teacher, assistants, student, () => (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss()), options);
        StagedTrainingResult assisted = chain.Fit(train, validation);

        assisted.Stages.Should().HaveCount(3);
    }

    [Fact]
    public void Unlabeled_samples_take_part()
    {
        TensorData validation = Images(20, seed: 9, unlabeled: 0);
        TensorData train = Images(60, seed: 2, unlabeled: 40);
        using var originals = new LabeledSamples(Images(60, seed: 2, unlabeled: 0));
        using ITeacher teacher = Teacher.From(Network(1));
        IStudent[] students = [Student.From(Network(2)), Student.From(Network(3))];
        var options = new TrainerOptions { Epochs = 3 };
        StagedTrainingResult Noisy()
        {
            var noisyStudent = new NoisyStudentTrainer(teacher, students, new RandomTranslation().AsAugmentation(originals), options: options);
            StagedTrainingResult noisy = noisyStudent.Fit(train, validation);
            return noisy;
        }

        using IStudent student = Student.From(Network(4));
        ISampleTransform noise = new RandomTranslation().AsAugmentation(originals);
        TrainingResult Average()
        {
            var consistency = new HardLabelLoss { IgnoredLabel = -100 } + (new Schedule.RampUp(10) * new SoftTargetLoss(1));
            TrainingResult averaged = new MeanTeacherTrainer(student, consistency, decay: 0.99, noise, options).Fit(train, validation);
            return averaged;
        }

        Noisy().Stages.Should().HaveCount(2);
        Average().History[^1].Terms.Keys.Should().BeEquivalentTo("HardLabel", "SoftTarget");
    }

    [Fact]
    public void Students_learn_from_each_other()
    {
        (TensorData train, TensorData validation) = (_train, _validation);
        IStudent[] all = [.. Enumerable.Range(1, 3).Select(seed => Student.From(Some.Mlp(seed: seed)))];
        (IStudent first, IStudent second, IStudent third) = (all[0], all[1], all[2]);
        var options = new TrainerOptions { Epochs = 2 };

        TrainingResult mutual = new MutualTrainer([first, second, third], options: options).Fit(train, validation);
        TrainingResult common = new MutualTrainer([first, second, third], target: MutualTarget.MinLogit, options: options).Fit(train, validation);

        mutual.History[^1].Terms.Keys.Should().Contain("student 3/SoftTarget");
        common.History[^1].Validation!.Samples.Should().Be(20);
    }

    [Fact]
    public void Functions_are_matched_on_fresh_views()
    {
        (TensorData train, TensorData validation) = (Images(60, seed: 2, unlabeled: 0), Images(20, seed: 9, unlabeled: 0));
        using ITeacher teacher = Teacher.From(Network(1));
        using IStudent student = Student.From(Network(2));

        using var originals = new LabeledSamples(train);
        var longRun = new TrainerOptions { Epochs = 300, Augmentation = new RandomTranslation().AsAugmentation(originals) };
        TrainingResult matched = new DistillationTrainer(teacher, student, new SoftTargetLoss(1), longRun).Fit(train, validation);

        ISampleTransform views = new RandomHorizontalFlip().AsAugmentation(originals).Then(new RandomTranslation(2).AsAugmentation(originals));

        views.Transform(train.Inputs, torch.arange(60, torch.ScalarType.Int64), seed: 1).shape.Should().Equal(60, 1, 8, 8);
        matched.History[^1].Loss.Should().BeLessThan(matched.History[0].Loss);
        TrainingResult mixed = new DistillationTrainer(
            teacher, student, new SoftTargetLoss(1), new TrainerOptions { Epochs = 20, Augmentation = new MixedViews(train) }).Fit(train, validation);
        mixed.History[^1].Loss.Should().BeLessThan(mixed.History[0].Loss);
    }

    private static TensorData Images(long samples, int seed, int unlabeled)
    {
        Tensor labels = Some.Labels(samples, seed: seed + 1);
        labels[torch.TensorIndex.Slice(samples - unlabeled)] = torch.tensor(-100L);
        return new TensorData(Some.Inputs(samples, 64, seed).view(samples, 1, 8, 8), labels);
    }

    private static Module<Tensor, Tensor> Network(int seed)
    {
        torch.manual_seed(seed);
        return Sequential(("flat", Flatten()), ("in", Linear(64, 8)), ("act", ReLU()), ("out", Linear(8, 3)));
    }

    private sealed class MixedViews(TensorData data) : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed)
        {
            Random[] draws = [.. indices.data<long>().Select(number => new Random(unchecked((seed * 31) + (int)number)))];
            Tensor partners = data.Inputs.index_select(0, torch.tensor([.. draws.Select(draw => draw.NextInt64(data.Count))]));
            Tensor shares = torch.tensor([.. draws.Select(draw => draw.NextSingle())]).view(-1, 1, 1, 1);
            return inputs + (shares * (partners - inputs));
        }
    }
}
