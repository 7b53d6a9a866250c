using Distillation.Caching;
using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Tests.Checkpoints;
using Distillation.Training;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training;

public sealed class ValidatorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 40);

    public static TheoryData<string> Unmeasurable => [.. Validations.Keys];

    private static Dictionary<string, (Func<IDataSource> Data, string Message)> Validations { get; } = new()
    {
        ["no labels"] = (() => new TensorData(Some.Inputs()), "An evaluation needs labels*leave validation out*"),
        ["targets"] =
            (() => new TensorData(Some.Inputs(), Some.Inputs(features: 1)), "*labels ?20, 1? Float32 imply no task. Set TrainerOptions.Task*Regression*"),
        ["an unknown class"] = (() => new TensorData(Some.Inputs(), Some.Labels(classes: 9)), "Class ids must be in ?0, 2?*"),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Unmeasurable))]
    public void Validation_data_that_cannot_be_measured_on_is_refused_before_training(string name)
    {
        Sequential network = Some.Mlp();
        double[] before = Some.Weights(network);
        Action fit = () =>
            new DistillationTrainer(Teacher.From(Some.Mlp(hidden: 9)), Student.From(network), new SoftTargetLoss()).Fit(_data, Validations[name].Data());

        fit.Should().Throw<Exception>().WithMessage(Validations[name].Message);
        Some.Weights(network).Should().Equal(before);
    }

    [Fact]
    public void Student_whose_classifier_is_replaced_is_validated_with_what_replaces_it()
    {
        TensorData images = Some.Images(samples: 60);
        Sequential teaching = Some.ConvNet(channels: 6, seed: 3);
        new SupervisedTrainer(Student.From(teaching), options: new() { Epochs = 30, Optimizer = new SgdOptimizer(0.3) }).Fit(images);
        Sequential network = Some.ConvNet(channels: 3);
        using ITeacher teacher = Teacher.From(teaching);
        using IStudent student = Student.From(network);
        Module<Tensor, Tensor> classifier = Sequential(
            AdaptiveAvgPool2d(1), Flatten(), (Module<Tensor, Tensor>)teaching.named_modules().Single(layer => layer.name == "out").module);
        var loss = new ReusedClassifierLoss("act", "act", classifier);
        IDistillationLoss sum = 0.5 * loss.Named("reused");

        TrainingResult result = new DistillationTrainer(
            teacher, student, sum, new() { Epochs = 8, Optimizer = new AdamOptimizer(0.05), BestBy = Metric.NegativeLogLikelihood }).Fit(images, images);

        using ITeacher whole = loss.CreatePredictor(student);
        EvaluationReport best = Evaluator.Evaluate(whole, images);
        best.Should().Be(result.Best!.Validation, "student and projector are those of the best epoch");
        result.Best.Position.Should().Be(result.History.MinBy(report => report.Validation!.NegativeLogLikelihood)!.Position);
    }

    [Fact]
    public void Two_terms_that_replace_the_classifier_are_refused()
    {
        Sequential network = Some.ConvNet(channels: 3);
        ReusedClassifierLoss Reused() => new("act", "act", Sequential(AdaptiveAvgPool2d(1), Flatten(), Linear(6, 3, dtype: torch.ScalarType.Float64)));
        Action fit = () =>
            new DistillationTrainer(Teacher.From(Some.ConvNet(channels: 6)), Student.From(network), Reused() + Reused()).Fit(Some.Images(), Some.Images());

        fit.Should().Throw<InvalidOperationException>().WithMessage("*'ReusedClassifier' and 'ReusedClassifier#2'*");
    }

    [Fact]
    public void Teacher_that_knows_no_more_than_the_commonest_class_is_logged() =>
        Ids(Teacher.From(inputs => torch.zeros(inputs.size(0), 3)), Some.Mlp()).Should().Contain(110).And.NotContain(111);

    [Fact]
    public void Teacher_that_is_worse_than_the_student_is_logged() =>
        Ids(Teacher.From(Trained(steps: 12)), Trained(steps: 400)).Should().Contain(110);

    [Fact]
    public void Student_that_becomes_better_than_its_teacher_is_logged_once() =>
        Ids(Teacher.From(Trained(steps: 30)), Some.Mlp(), new HardLabelLoss(), epochs: 500).Where(id => id is 110 or 111).Should().Equal(111);

    [Fact]
    public void Good_teacher_is_not_logged() =>
        Ids(Teacher.From(Trained(steps: 400)), Some.Mlp()).Should().NotContain(id => id == 110 || id == 111 || id == 112);

    [Fact]
    public void Network_behind_a_cache_is_measured_and_the_cache_stays_as_it_is()
    {
        var cached = new CachedTeacher(Teacher.From(inputs => torch.zeros(inputs.size(0), 3)), _data.Count);
        var network = new CachedTeacher(Teacher.From(Some.Mlp(seed: 11)), _data.Count);

        Ids(cached, Some.Mlp()).Should().NotContain(110, "what a function costs is not known");
        Ids(network, Trained(steps: 400)).Should().Contain(110);
    }

    [Fact]
    public void Teacher_that_fails_on_the_validation_data_is_logged_and_the_run_goes_on() =>
        Ids(
            Teacher.From(inputs => inputs.size(0) == 33 ? throw new IOException("no line") : torch.zeros(inputs.size(0), 3)),
            Some.Mlp(),
            validation: Some.Data(33)).Should().Contain(112).And.Contain(104);

    private List<int> Ids(ITeacher teacher, Sequential network, IDistillationLoss? loss = null, int epochs = 1, IDataSource? validation = null)
    {
        var log = new CollectingLog();
        new DistillationTrainer(teacher, Student.From(network), loss ?? new SoftTargetLoss(), new() { Epochs = epochs, Optimizer = new SgdOptimizer(0.2) }, log)
            .Fit(_data, validation ?? _data);
        return [.. log.Ids];
    }

    private Sequential Trained(long steps)
    {
        Sequential network = Some.Mlp(hidden: 20, seed: 4);
        new SupervisedTrainer(Student.From(network), options: new() { Steps = steps, Optimizer = new SgdOptimizer(0.3) }).Fit(_data);
        return network;
    }
}
