using Distillation.Evaluation;
using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests;

public sealed class DistillationTrainerTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 60, seed: 7);
    private readonly ITeacher _teacher = Teacher.From(Some.Mlp(hidden: 9, seed: 4));

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Student_comes_nearer_to_its_teacher()
    {
        using IStudent student = Student.From(Some.Mlp());

        TrainingResult result = Trainer(student, new TrainerOptions { Epochs = 30, Optimizer = new AdamOptimizer(0.01) }).Fit(_data);

        result.Status.Should().Be(TrainingStatus.Completed);
        result.History.Should().HaveCount(30);
        result.History[^1].Terms["SoftTarget"].Should().BeLessThan(0.3 * result.History[0].Terms["SoftTarget"]);
    }

    [Fact]
    public void Same_seed_gives_the_same_bits()
    {
        double[] Train()
        {
            torch.manual_seed(Random.Shared.Next());
            Sequential network = Sequential(("in", Linear(6, 5)), ("drop", Dropout(0.5)), ("out", Linear(5, 3)));
            network.load_state_dict(Some.Mlp().state_dict());
            Trainer(Student.From(network), new TrainerOptions { Epochs = 3, BatchSize = 7, Seed = 9, Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 } })
                .Fit(_data);
            return Some.Weights(network);
        }

        Train().Should().Equal(Train());
    }

    [Fact]
    public void Other_seed_gives_other_weights()
    {
        double[] Train(int seed)
        {
            Sequential network = Some.Mlp();
            Trainer(Student.From(network), new TrainerOptions { Epochs = 1, BatchSize = 7, Seed = seed }).Fit(_data);
            return Some.Weights(network);
        }

        Train(1).Should().NotEqual(Train(2));
    }

    [Fact]
    public void Micro_batches_give_the_same_update()
    {
        double[] Train(int? microBatchSize)
        {
            Sequential network = Some.Mlp(dtype: torch.ScalarType.Float64);
            TensorData data = Some.Data(samples: 60, seed: 7, dtype: torch.ScalarType.Float64);
            using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 9, seed: 4, dtype: torch.ScalarType.Float64));
            var options = new TrainerOptions { Epochs = 2, BatchSize = 60, MicroBatchSize = microBatchSize, Optimizer = new SgdOptimizer(0.1) };
            new DistillationTrainer(teacher, Student.From(network), Loss(), options).Fit(data);
            return Some.Weights(network);
        }

        Train(7).Zip(Train(null)).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-12));
    }

    [Fact]
    public void Loss_of_a_user_gives_what_the_closed_form_gives()
    {
        double[] Train(IDistillationLoss loss)
        {
            Sequential network = Some.Mlp(dtype: torch.ScalarType.Float64);
            TensorData data = Some.Data(samples: 60, seed: 7, dtype: torch.ScalarType.Float64);
            using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 9, seed: 4, dtype: torch.ScalarType.Float64));
            new DistillationTrainer(teacher, Student.From(network), loss, new TrainerOptions { Epochs = 2, Optimizer = new SgdOptimizer(0.1) }).Fit(data);
            return Some.Weights(network);
        }

        Train(new ByGraph(Loss())).Zip(Train(Loss())).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-12));
    }

    [Fact]
    public void Connector_of_a_loss_is_sized_and_trained()
    {
        var hint = new Hint("act", "act");
        IDistillationLoss loss = (0.5 * hint.Named("hint")) + new SoftTargetLoss();
        using IStudent student = Student.From(Some.Mlp());

        TrainingResult result = new DistillationTrainer(_teacher, student, loss, new TrainerOptions { Epochs = 40, Optimizer = new AdamOptimizer(0.02) })
            .Fit(_data);

        hint.Connector!.weight!.shape.Should().Equal(9, 5);
        result.History[^1].Terms["hint"].Should().BeLessThan(0.95 * result.History[0].Terms["hint"]);
    }

    [Fact]
    public void Gradients_are_gone_after_the_run()
    {
        Sequential network = Some.Mlp();

        Trainer(Student.From(network), new TrainerOptions { Epochs = 1 }).Fit(_data);

        network.parameters().Should().AllSatisfy(parameter => (parameter.grad is null).Should().BeTrue());
    }

    [Fact]
    public void Best_student_is_kept()
    {
        using IStudent student = Student.From(Some.Mlp());
        TensorData validation = Some.Data(samples: 30, seed: 40);
        var options = new TrainerOptions { Epochs = 8, BestBy = Metric.NegativeLogLikelihood, Optimizer = new SgdOptimizer(1.5) { Momentum = 0.9 } };

        TrainingResult result = Trainer(student, options).Fit(_data, validation);

        result.Best!.Validation!.NegativeLogLikelihood.Should().Be(result.History.Min(report => report.Validation!.NegativeLogLikelihood));
        result.Best.Should().NotBeSameAs(result.History[^1], "the run must have gone past its best for this test to show anything");
        using ITeacher after = student.AsTeacher();
        Evaluator.Evaluate(after, validation).NegativeLogLikelihood.Should().BeApproximately(result.Best.Validation.NegativeLogLikelihood, 1e-6);
    }

    [Fact]
    public void Run_stops_when_validation_does_not_improve()
    {
        using IStudent student = Student.From(Some.Mlp());
        var options = new TrainerOptions { Epochs = 50, EarlyStopping = new(Metric.Accuracy, Patience: 3, MinimumImprovement: 1) };

        TrainingResult result = Trainer(student, options).Fit(_data, Some.Data(samples: 30, seed: 40));

        result.Status.Should().Be(TrainingStatus.StoppedEarly);
        result.History.Should().HaveCount(4);
    }

    [Fact]
    public void Validation_comes_every_k_epochs_and_at_the_end()
    {
        using IStudent student = Student.From(Some.Mlp());

        TrainingResult result = Trainer(student, new TrainerOptions { Epochs = 5, ValidateEveryEpochs = 2 }).Fit(_data, Some.Data(samples: 30, seed: 40));

        result.History.Select(report => report.Validation is not null).Should().Equal(false, true, false, true, true);
    }

    [Fact]
    public void Averaged_weights_are_validated_and_stay()
    {
        using IStudent student = Student.From(Some.Mlp());
        TensorData validation = Some.Data(samples: 30, seed: 40);
        var options = new TrainerOptions { Epochs = 2, Optimizer = new SgdOptimizer(0.5), Update = new UpdateOptions { AverageDecay = 0.99 } };

        TrainingResult result = Trainer(student, options).Fit(_data, validation);

        using ITeacher after = student.AsTeacher();
        Evaluator.Evaluate(after, validation).NegativeLogLikelihood.Should().BeApproximately(result.History[^1].Validation!.NegativeLogLikelihood, 1e-6);
    }

    [Fact]
    public void Divergence_names_the_term_and_the_place()
    {
        using IStudent student = Student.From(Some.Mlp());
        IDistillationLoss loss = new SoftTargetLoss() + new BecomesNotANumber();

        Action fit = () => new DistillationTrainer(_teacher, student, loss, new TrainerOptions { Epochs = 2, BatchSize = 20 }).Fit(_data);

        TrainingDivergedException thrown = fit.Should().Throw<TrainingDivergedException>().WithMessage("*'BecomesNotANumber' is NaN*").Which;
        (thrown.Term, thrown.Position.Step).Should().Be(("BecomesNotANumber", 5));
    }

    [Fact]
    public void Unknown_layer_of_the_teacher_is_named_at_construction()
    {
        Action make = () => _ = new DistillationTrainer(_teacher, Student.From(Some.Mlp()), new Hint("act", "layer3"));

        make.Should().Throw<ArgumentException>().WithParameterName("teacher")
            .WithMessage("The loss reads layer 'layer3' of the teacher, which has no such layer. It has: in, act, out.*");
    }

    [Fact]
    public void Unknown_layer_of_the_student_is_named_at_construction()
    {
        Action make = () => _ = new DistillationTrainer(_teacher, Student.From(Some.Mlp()), new Hint("layer3", "act"));

        make.Should().Throw<ArgumentException>().WithParameterName("student").WithMessage("*'layer3'*in, act, out*");
    }

    [Fact]
    public void Student_without_trainable_parameters_is_refused()
    {
        Sequential frozen = Some.Mlp();
        foreach (Parameter parameter in frozen.parameters())
        {
            parameter.requires_grad = false;
        }

        Action fit = () => Trainer(Student.From(frozen), new TrainerOptions()).Fit(_data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("*no parameter that requires a gradient*");
    }

    [Fact]
    public void No_tensor_is_left_by_a_run_with_features_and_validation()
    {
        Sequential network = Some.Mlp();
        using IStudent student = Student.From(network);
        var loss = new Hint("act", "act") + new SoftTargetLoss();
        TensorData validation = Some.Data(samples: 30, seed: 40);
        var options = new TrainerOptions
        {
            Steps = 200,
            BatchSize = 8,
            MicroBatchSize = 4,
            BestBy = Metric.Accuracy,
            Optimizer = new SgdOptimizer(0.01) { Momentum = 0.9 },
            Update = new UpdateOptions { ClipNorm = 1, ClipValue = 1, AverageDecay = 0.9 },
        };

        Leak.None(() => new DistillationTrainer(_teacher, student, loss, options).Fit(_data, validation));
    }

    [Fact]
    public void No_tensor_is_left_by_a_loss_that_throws()
    {
        using IStudent student = Student.From(Some.Mlp());

        Leak.None(() =>
        {
            Action fit = () =>
                new DistillationTrainer(_teacher, student, new Throwing() + new SoftTargetLoss(), new TrainerOptions { BatchSize = 8 }).Fit(_data);
            fit.Should().Throw<InvalidTimeZoneException>();
        });
    }

    [Fact]
    public void No_tensor_is_left_by_a_canceled_run()
    {
        using IStudent student = Student.From(Some.Mlp());
        TensorData validation = Some.Data(samples: 30);

        Leak.None(() =>
        {
            using var cancellation = new CancellationTokenSource();
            var progress = new Training.CollectingProgress { OnReport = report => { if (report.Position.Step == 10) { cancellation.Cancel(); } } };
            DistillationTrainer trainer = Trainer(student, new TrainerOptions { BatchSize = 8, ReportEverySteps = 5 });
            TrainingResult result = Canceled.ResultOf(() => trainer.Fit(_data, validation, progress, cancellation.Token));
            result.Position.Step.Should().Be(10);
        });
    }

    private static LossSum Loss() => (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss());

    private DistillationTrainer Trainer(IStudent student, TrainerOptions options) => new(_teacher, student, Loss(), options);

    /// <summary>Passes a loss on without its closed form.</summary>
    private sealed class ByGraph(IDistillationLoss inner) : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => inner.Compute(context);
    }

    private sealed class Hint(Feature student, Feature teacher) : IDistillationLoss
    {
        public Linear? Connector { get; private set; }

        public RequiredFeatures Features { get; } = new(FeatureSet.Of(student), FeatureSet.Of(teacher));

        public torch.nn.Module? Module => Connector;

        public void Prepare(DistillationContext sample) => Connector ??= Linear(sample.Student[student].size(1), sample.Teacher[teacher].size(1));

        public Tensor Compute(DistillationContext context) => functional.mse_loss(Connector!.call(context.Student[student]), context.Teacher[teacher]);
    }

    private sealed class BecomesNotANumber : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.mean() * (context.Position.Step >= 5 ? double.NaN : 1);
    }

    private sealed class Throwing : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) =>
            context.Position.Step == 3 ? throw new InvalidTimeZoneException("a rare exception") : context.Student.Logits.square().mean();
    }
}
