using Distillation.Evaluation;
using Distillation.Losses;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed class JointTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 60, seed: 7);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Both_models_learn_in_one_pass()
    {
        using IStudent original = Student.From(Some.Mlp(hidden: 9, seed: 4));
        using IStudent distilled = Student.From(Some.Mlp());

        TrainingResult result =
            new JointTrainer(original, distilled, new SoftTargetLoss(2), options: new() { Epochs = 40, Optimizer = new AdamOptimizer(0.02) }).Fit(_data);

        result.History[^1].Terms["original/HardLabel"].Should().BeLessThan(0.8 * result.History[0].Terms["original/HardLabel"]);
        result.History[^1].Loss.Should().BeApproximately(result.History[^1].Terms["distilled/SoftTarget"], 1e-6);
        using ITeacher first = original.AsTeacher();
        using ITeacher second = distilled.AsTeacher();
        ModelAgreement.Compare(first, second, _data).Agreement.Should().BeGreaterThan(0.6, "chance is a third");
    }

    [Fact]
    public void Nothing_flows_back_into_the_original()
    {
        double[] Train(Schedule rate)
        {
            Sequential original = Some.Mlp(hidden: 9, seed: 4);
            var options = new TrainerOptions { Epochs = 3, Optimizer = new SgdOptimizer(rate) };
            new JointTrainer(
                Student.From(original), Student.From(Some.Mlp()), new SoftTargetLoss(2), options: options, originalOptimizer: new SgdOptimizer(0.1)).Fit(_data);
            return Some.Weights(original);
        }

        Train(0.5).Should().Equal(Train(0));
    }

    [Fact]
    public void Distilled_model_is_the_one_that_is_validated()
    {
        using IStudent distilled = Student.From(Some.Mlp());

        TrainingResult result = new JointTrainer(Student.From(Some.Mlp(seed: 4)), distilled, new SoftTargetLoss(2), options: new() { Epochs = 1 })
            .Fit(_data, _data);

        using ITeacher after = distilled.AsTeacher();
        result.History[0].Validation!.NegativeLogLikelihood.Should().BeApproximately(Evaluator.Evaluate(after, _data).NegativeLogLikelihood, 1e-6);
    }

    [Fact]
    public void Layers_of_the_original_are_read_by_the_loss_of_the_distilled()
    {
        Action make = () => _ = new JointTrainer(Student.From(Some.Mlp()), Student.From(Some.Mlp()), new Reads("nowhere"));

        make.Should().Throw<ArgumentException>().WithParameterName("original").WithMessage("*'nowhere'*");
    }

    [Fact]
    public void Supervised_training_learns_from_labels_alone()
    {
        using IStudent model = Student.From(Some.Mlp(hidden: 16));

        TrainingResult result = new SupervisedTrainer(model, options: new() { Epochs = 60, Optimizer = new AdamOptimizer(0.02) }).Fit(_data, _data);

        result.History[^1].Validation!.Accuracy.Should().BeGreaterThan(0.8);
    }

    [Fact]
    public void Supervised_training_is_refused_when_the_loss_needs_a_teacher()
    {
        Action fit = () => new SupervisedTrainer(Student.From(Some.Mlp()), new SoftTargetLoss()).Fit(_data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("*needs a teacher*");
    }

    [Fact]
    public void Run_is_logged()
    {
        var logger = new LoggedLines<SupervisedTrainer>();

        new SupervisedTrainer(Student.From(Some.Mlp()), options: new() { Epochs = 2, BestBy = Metric.Accuracy }, logger: logger).Fit(_data, _data);

        // 114: some processors need oneDNN off.
        logger.Select(line => line.Id).Where(id => id != 114).Should().Equal(101, 102, 103, 102, 103, 105, 104);
    }

    [Fact]
    public void Run_is_counted_by_the_meter()
    {
        long samples = 0;
        long steps = 0;
        using var listener = new System.Diagnostics.Metrics.MeterListener();
        listener.InstrumentPublished = (instrument, its) => { if (instrument.Meter.Name == "Distillation") { its.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            samples += instrument.Name == "distillation.training.samples" ? value : 0;
            steps += instrument.Name == "distillation.training.steps" ? value : 0;
        });
        listener.Start();

        new SupervisedTrainer(Student.From(Some.Mlp()), options: new() { Epochs = 2, BatchSize = 16 }).Fit(_data);

        (samples, steps).Should().Be((120, 8));
    }

    private sealed class Reads(Feature teacher) : IDistillationLoss
    {
        public RequiredFeatures Features => new(FeatureSet.None, FeatureSet.Of(teacher));

        public Tensor Compute(DistillationContext context) => context.Student.Logits.mean();
    }
}
