using CsCheck;
using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class EvaluatorTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _logits = Some.Inputs(53, 4, 9, torch.ScalarType.Float64) * 2;
    private readonly Tensor _labels = Some.Labels(53, 4, 8);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Student_is_evaluated_as_its_teacher()
    {
        using var scope = torch.NewDisposeScope();
        IStudent student = Student.From(Some.Mlp());
        TensorData data = Some.Data(samples: 20);

        Evaluator.Evaluate(student, data).Should().BeEquivalentTo(Evaluator.Evaluate(student.AsTeacher(), data));
    }

    [Fact]
    public void Numbers_follow_their_definitions()
    {
        EvaluationReport report = Report();

        (double[][] p, long[] y) = (Probabilities(), _labels.data<long>().ToArray());
        int[] predicted = [.. p.Select(row => Array.IndexOf(row, row.Max()))];
        report.Samples.Should().Be(53);
        report.Accuracy.Should().BeApproximately(predicted.Zip(y).Average(pair => pair.First == pair.Second ? 1.0 : 0), 1e-12);
        report.NegativeLogLikelihood.Should().BeApproximately(p.Zip(y).Average(pair => -Math.Log(pair.First[pair.Second])), 1e-12);
        report.BrierScore.Should().BeApproximately(
            p.Zip(y).Average(pair => pair.First.Select((value, c) => Math.Pow(value - (c == pair.Second ? 1 : 0), 2)).Sum()), 1e-12);
        report.ExpectedCalibrationError.Should().BeApproximately(CalibrationError(p, predicted, y), 1e-12);
        report.MacroF1.Should().BeApproximately(Enumerable.Range(0, 4).Average(c => F1(c, predicted, y)), 1e-12);
        for (int k = 1; k <= 4; k++)
        {
            report.TopK(k).Should().BeApproximately(p.Zip(y).Average(pair => pair.First.Count(value => value > pair.First[pair.Second]) < k ? 1.0 : 0), 1e-12);
        }

        report.Confusion![1, 2].Should().Be(predicted.Zip(y).Count(pair => pair is (2, 1)));
    }

    [Fact]
    public void Calibration_error_of_a_worked_example()
    {
        // Three samples with confidence 0.8, two of them right; one with confidence 0.6, wrong: (3/4)·|2/3 − 0.8| + (1/4)·|0 − 0.6| = 0.25.
        double sure = Math.Log(0.8 / 0.2);
        double unsure = Math.Log(0.6 / 0.4);
        Tensor logits = torch.tensor(new[,] { { sure, 0 }, { sure, 0 }, { sure, 0 }, { unsure, 0 } });

        Evaluate(logits, torch.tensor(new long[] { 0, 0, 1, 1 })).ExpectedCalibrationError.Should().BeApproximately(0.25, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(53)]
    public void Size_of_the_batches_does_not_show(int batchSize)
    {
        EvaluationReport whole = Report();
        EvaluationReport pieces = Report(batchSize);

        pieces.NegativeLogLikelihood.Should().BeApproximately(whole.NegativeLogLikelihood, 1e-12);
        pieces.ExpectedCalibrationError.Should().BeApproximately(whole.ExpectedCalibrationError, 1e-12);
        pieces.Confusion.Should().Be(whole.Confusion);
    }

    [Fact]
    public void Top_k_rises_to_one() => Gen.Int[0, 1000].ForAll(seed =>
    {
        using var scope = torch.NewDisposeScope();
        EvaluationReport report = Evaluate(Some.Inputs(20, 5, seed), Some.Labels(20, 5, seed + 1));
        double[] shares = [.. Enumerable.Range(1, 7).Select(report.TopK)];
        shares.Should().BeInAscendingOrder();
        shares[0].Should().Be(report.Accuracy);
        shares[4].Should().Be(1);
        shares[6].Should().Be(1);
    });

    [Fact]
    public void Equal_logits_count_for_the_smaller_class()
    {
        EvaluationReport report = Evaluate(torch.zeros(2, 3), torch.tensor(new long[] { 0, 2 }));

        (report.Accuracy, report.TopK(1), report.TopK(2), report.TopK(3)).Should().Be((0.5, 0.5, 0.5, 1));
    }

    [Fact]
    public void Class_that_does_not_occur_is_left_out_of_macro_f1() =>
        Evaluate(torch.tensor(new[,] { { 5.0, 0, 0 }, { 0, 5, 0 } }), torch.tensor(new long[] { 0, 1 })).MacroF1.Should().Be(1);

    [Fact]
    public void Probabilities_are_labels_too()
    {
        Tensor logits = torch.tensor(new[,] { { 1.0, 0 } });
        double log = -Math.Log(1 + Math.Exp(-1));

        EvaluationReport report = Evaluate(logits, torch.tensor(new[,] { { 0.75, 0.25 } }));

        report.Accuracy.Should().Be(1);
        report.NegativeLogLikelihood.Should().BeApproximately(-(0.75 * log) - (0.25 * (log - 1)), 1e-12);
    }

    [Fact]
    public void Impossible_classes_cost_nothing_when_they_are_not_the_label()
    {
        double infinity = double.PositiveInfinity;

        Evaluate(torch.tensor(new[,] { { 3.0, -infinity } }), torch.tensor(new long[] { 0 })).NegativeLogLikelihood.Should().Be(0);
        Evaluate(torch.tensor(new[,] { { 3.0, -infinity } }), torch.tensor(new long[] { 1 })).NegativeLogLikelihood.Should().Be(infinity);
    }

    [Fact]
    public void Label_out_of_range_is_named_with_its_sample()
    {
        Action evaluate = () => Evaluate(torch.zeros(3, 2), torch.tensor(new long[] { 0, 1, 2 }));

        evaluate.Should().Throw<ArgumentException>().WithMessage("Class ids must be in ?0, 1?, but sample 2 has 2.*");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Logits_without_probabilities_are_counted_and_the_first_is_named(double value)
    {
        Tensor logits = torch.zeros(20, 2);
        foreach (int sample in (int[])[7, 8, 15])
        {
            logits[sample, 1] = torch.tensor(value);
        }

        Tensor labels = torch.zeros(20, torch.int64);
        Leak.None(() =>
        {
            Action evaluate = () => Evaluate(logits, labels, batchSize: 5);

            evaluate.Should().Throw<InvalidOperationException>().WithMessage("*is NaN or infinite in 3 rows, first for sample 7.*");
        });
    }

    [Theory]
    [InlineData(new long[] { 4, 1 }, new long[] { 4, 1 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4, 1 }, new long[] { 4 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4, 1 }, new long[] { 4 }, torch.ScalarType.Int64)]
    [InlineData(new long[] { 4 }, new long[] { 4 }, torch.ScalarType.Float32)]
    [InlineData(new long[] { 4 }, new long[] { 4 }, torch.ScalarType.Int64)]
    public void One_output_has_no_classification(long[] output, long[] labels, torch.ScalarType type)
    {
        foreach (EvaluationTask? task in new[] { null, EvaluationTask.Classification, EvaluationTask.Tokens, EvaluationTask.Segmentation })
        {
            FluentActions.Invoking(() => Evaluator.Evaluate(torch.zeros(output), torch.zeros(labels, type), task)).Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Targets_of_several_numbers_are_no_probabilities() =>
        FluentActions.Invoking(() => Evaluator.Evaluate(Some.Inputs(8, 3), Some.Inputs(8, 3, 5), EvaluationTask.Classification))
            .Should().Throw<ArgumentException>().WithMessage("Labels that are probabilities*");

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 5 })]
    [InlineData(new long[] { 4, 3 }, new long[] { })]
    [InlineData(new long[] { }, new long[] { 4 })]
    [InlineData(new long[] { }, new long[] { })]
    public void Outputs_and_labels_of_other_numbers_of_samples_are_refused(long[] output, long[] labels) =>
        FluentActions.Invoking(() => Evaluator.Evaluate(torch.zeros(output), torch.zeros(labels, torch.ScalarType.Int64)))
            .Should().Throw<ArgumentException>();

    [Fact]
    public void Data_without_labels_is_refused()
    {
        Action evaluate = () => Evaluator.Evaluate(Teacher.From(inputs => inputs), new TensorData(torch.zeros(3, 2)));

        evaluate.Should().Throw<ArgumentException>().WithMessage("An evaluation needs labels*");
    }

    [Fact]
    public void Canceled_evaluation_leaves_no_tensor()
    {
        var data = new TensorData(_logits, _labels);
        using var cancellation = new CancellationTokenSource();
        int batches = 0;
        using ITeacher teacher = Teacher.From(inputs =>
        {
            if (++batches % 3 == 0)
            {
                cancellation.Cancel();
            }

            return inputs.clone();
        });

        Leak.None(() =>
        {
            Action evaluate = () => Evaluator.Evaluate(teacher, data, batchSize: 8, cancellationToken: cancellation.Token);
            evaluate.Should().Throw<OperationCanceledException>();
        });
    }

    private static EvaluationReport Evaluate(Tensor logits, Tensor labels, int batchSize = 256) =>
        Evaluator.Evaluate(
            Teacher.From(inputs => inputs), new TensorData(logits, labels), torch.is_integral(labels) ? null : EvaluationTask.Classification, batchSize);

    private static double CalibrationError(double[][] p, int[] predicted, long[] y)
    {
        double error = 0;
        for (int bin = 0; bin < 15; bin++)
        {
            int[] members = [.. Enumerable.Range(0, y.Length).Where(i => p[i].Max() > bin / 15.0 && p[i].Max() <= (bin + 1) / 15.0)];
            if (members.Length > 0)
            {
                error += (double)members.Length / y.Length * Math.Abs(members.Average(i => predicted[i] == y[i] ? 1.0 : 0) - members.Average(i => p[i].Max()));
            }
        }

        return error;
    }

    private static double F1(int c, int[] predicted, long[] y)
    {
        double both = predicted.Zip(y).Count(pair => pair.First == c && pair.Second == c);
        return 2 * both / (predicted.Count(value => value == c) + y.Count(value => value == c));
    }

    private EvaluationReport Report(int batchSize = 256) => Evaluate(_logits, _labels, batchSize);

    private double[][] Probabilities()
    {
        double[] values = _logits.data<double>().ToArray();
        return [.. Enumerable.Range(0, 53)
            .Select(row => values[(4 * row)..((4 * row) + 4)])
            .Select(row => row.Select(value => Math.Exp(value) / row.Sum(Math.Exp)).ToArray())];
    }
}
