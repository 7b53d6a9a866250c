using Distillation.Evaluation;
using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Docs;

/// <summary>The pieces of C# of the page on evaluation.</summary>
public sealed class EvaluationSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Regression_is_validated_with_a_metric_of_ones_own()
    {
        (TensorData train, TensorData validation) = (Numbers(60), Numbers(20));
        using ITeacher teacher = Teacher.From(Linear(6, 1));
        using IStudent student = Student.From(Linear(6, 1));

        EvaluationTask task = EvaluationTask.Regression.With(new LargestError());
        var options = new TrainerOptions
        {
            Task = task,
            BestBy = Metric.R2Score,
            EarlyStopping = new EarlyStopping(Metric.MeanAbsoluteError, Patience: 10),
        };
        TrainingResult result = new DistillationTrainer(teacher, student, new TargetMseLoss() + new LogitMseLoss(), options).Fit(train, validation);
        double r2 = result.Best!.Validation![Metric.R2Score];

        r2.Should().BeLessThanOrEqualTo(1);
        result.Best.Validation.Metrics.Keys.Should().Contain(nameof(LargestError));
    }

    [Fact]
    public void Metrics_are_accumulated_in_a_loop_of_ones_own()
    {
        TensorData data = Some.Data(samples: 20);
        Module<Tensor, Tensor> network = Some.Mlp();
        Batch[] batches = [data.Read(torch.arange(0, 13)), data.Read(torch.arange(13, 20))];

        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);
        foreach (Batch batch in batches)
        {
            accumulator.Update(network.call(batch.Inputs), batch);
        }

        Console.WriteLine(accumulator.Compute().Describe());

        accumulator.Compute().Metrics[nameof(Metric.Accuracy)].Should().Be(Evaluator.Evaluate(Student.From(network), data).Accuracy);
    }

    [Fact]
    public void Student_is_compared_with_itself_alone()
    {
        (TensorData train, TensorData validation) = (Some.Data(60), Some.Data(20, seed: 9));
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));
        using IStudent student = Student.From(Some.Mlp(hidden: 4));
        IDistillationLoss loss = new SoftTargetLoss(4);

        var options = new TrainerOptions { Epochs = 5, Baseline = true };
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train, validation);
        Console.WriteLine(result.Baseline!.Describe());

        result.Baseline.Alone.Samples.Should().Be(20);
    }

    [Fact]
    public void Settings_are_studied()
    {
        (TensorData train, TensorData validation, TensorData test) = (Some.Data(60), Some.Data(20, seed: 9), Some.Data(40, seed: 10));
        using ITeacher teacher = Teacher.From(Some.Mlp(hidden: 16));

        StudyCandidate[] grid =
        [
            .. from temperature in (double[])[2, 4, 8]
               from weight in (double[])[0.5, 0.9]
               select new StudyCandidate(
                   $"T = {temperature}, weight {weight}",
                   () => (weight * new SoftTargetLoss(temperature)) + ((1 - weight) * new HardLabelLoss())),
        ];
        var study = new DistillationStudy(
            teacher.Cached(train.Count),
            () => Sequential(Linear(6, 4), ReLU(), Linear(4, 3)),
            grid,
            new StudyOptions { Training = new() { Epochs = 9 }, Pairs = 3, Parallelism = 2 });
        StudyResult verdict = study.Run(train, validation, test);
        Console.WriteLine(verdict.Describe());

        verdict.Points.Should().HaveCount(grid.Length + 1);
    }

    private static TensorData Numbers(long samples) => new(Some.Inputs(samples), Some.Inputs(samples, 1, 8));

    public sealed class LargestError : Metric
    {
        public override bool HigherIsBetter => false;

        public override MetricReduction Reduction => MetricReduction.Concatenate;

        public override Tensor Measure(MetricInput input) => (input.Targets.Predictions - input.Targets.Targets).abs();

        public override double Compute(Tensor state) => state.numel() == 0 ? double.NaN : state.max().item<double>();
    }
}
