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
        using TensorData prices = new(torch.randn(600, 6), torch.randn(600, 1)), otherPrices = new(torch.randn(200, 6), torch.randn(200, 1));
        using ITeacher appraiser = Teacher.From(Linear(6, 1));
        using IStudent apprentice = Student.From(Linear(6, 1));
        var forNumbers = new TrainerOptions
        {
            Task = EvaluationTask.Regression.With(new LargestError()),
            BestBy = Metric.R2Score,
            EarlyStopping = new EarlyStopping(Metric.MeanAbsoluteError, Patience: 10),
        };
        var trainer = new DistillationTrainer(appraiser, apprentice, new TargetMseLoss() + new LogitMseLoss(), forNumbers);
        double r2 = trainer.Fit(prices, otherPrices).Best!.Validation![Metric.R2Score];

        r2.Should().BeLessThanOrEqualTo(1);
        Evaluator.Evaluate(apprentice.AsTeacher(), otherPrices, forNumbers.Task!).Metrics.Keys.Should().Contain(nameof(LargestError));
    }

    [Fact]
    public void Metrics_are_accumulated_in_a_loop_of_ones_own()
    {
        TensorData test = Some.Data(samples: 200);
        Module<Tensor, Tensor> smallNetwork = Some.Mlp();

        Batch[] batches = [test.Read(torch.arange(0, 100)), test.Read(torch.arange(100, 200))];
        using var accumulator = new EvaluationAccumulator(EvaluationTask.Classification);
        foreach (Batch batch in batches)
        {
            accumulator.Update(smallNetwork.call(batch.Inputs), batch);
        }

        Console.WriteLine(accumulator.Compute().Describe());

        accumulator.Compute().Metrics[nameof(Metric.Accuracy)].Should().Be(Evaluator.Evaluate(Student.From(smallNetwork), test).Accuracy);
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
            () => Network(4),
            grid,
            new StudyOptions { Training = new() { Epochs = 9 }, Pairs = 3, Parallelism = 2 });
        StudyResult verdict = study.Run(train, validation, test);
        Console.WriteLine(verdict.Describe());

        verdict.Points.Should().HaveCount(grid.Length + 1);
    }

    private static Module<Tensor, Tensor> Network(int width) => Sequential(("in", Linear(6, width)), ("act", ReLU()), ("out", Linear(width, 3)));

    public sealed class LargestError : Metric
    {
        public override bool HigherIsBetter => false;

        public override MetricReduction Reduction => MetricReduction.Concatenate;

        public override Tensor Measure(MetricInput input) => (input.Targets.Predictions - input.Targets.Targets).abs();

        public override double Compute(Tensor state) => state.numel() == 0 ? double.NaN : state.max().item<double>();
    }
}
