using Distillation.Evaluation;

namespace Distillation.SmallData.Tests;

public sealed class KernelRidgeTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Left_out_scores_are_those_of_a_fit_without_the_sample()
    {
        using LabeledSamples data = Rings(30);
        var recipe = new KernelRidge { Bandwidths = [1], Ridges = [0.1] };
        using FittedTeacher whole = recipe.Fit(data, 0);
        var teacher = (KernelRidgeTeacher)whole.Teacher;

        double[] leftOut = Close.Numbers(whole.OutOfFold);

        foreach (int left in new[] { 0, 7, 29 })
        {
            double[] expected = [.. PlainScores(data, teacher.Bandwidth, 0.1, left).Select(score => score / teacher.Temperature)];
            Close.ShouldBe(leftOut[(2 * left)..((2 * left) + 2)], expected, 1e-8);
        }
    }

    [Fact]
    public void Predictions_are_those_of_the_formula()
    {
        using LabeledSamples data = Rings(30);
        using FittedTeacher fitted = new KernelRidge { Bandwidths = [0.5], Ridges = [0.3] }.Fit(data, 0);
        var teacher = (KernelRidgeTeacher)fitted.Teacher;

        Tensor logits = teacher.Predict(new Batch(data.Inputs.narrow(0, 3, 1), null, torch.tensor([3L])), FeatureSet.None).Logits;

        Close.ShouldBe(
            Close.Numbers(logits), [.. PlainScores(data, teacher.Bandwidth, 0.3, without: -1, at: 3).Select(score => score / teacher.Temperature)], 1e-6);
    }

    [Fact]
    public void Pattern_that_no_line_divides_is_learned()
    {
        using LabeledSamples data = Rings(200);
        using LabeledSamples test = Rings(200, seed: 9);
        using FittedTeacher fitted = new KernelRidge().Fit(data, 0);

        Evaluator.Evaluate(fitted.Teacher, new TensorData(test.Inputs, test.Labels)).Accuracy.Should().BeGreaterThan(0.95);
        fitted.Evaluate(data).Accuracy.Should().BeGreaterThan(0.95);
    }

    [Fact]
    public void Linear_kernel_is_chosen_where_it_is_given()
    {
        using LabeledSamples data = Rings(40);
        using FittedTeacher fitted = new KernelRidge { Bandwidths = [0] }.Fit(data, 0);

        ((KernelRidgeTeacher)fitted.Teacher).Bandwidth.Should().Be(0);
    }

    [Fact]
    public void Choice_on_some_samples_fits_all()
    {
        using LabeledSamples data = Rings(120);
        using FittedTeacher fitted = new KernelRidge { SelectionLimit = 50 }.Fit(data, 0);

        fitted.OutOfFold.shape.Should().Equal(120, 2);
        fitted.Evaluate(data).Accuracy.Should().BeGreaterThan(0.95);
    }

    [Fact]
    public void Feature_map_is_what_the_kernel_sees()
    {
        using LabeledSamples data = Rings(100);
        using FittedTeacher fitted = new KernelRidge { Bandwidths = [0], FeatureMap = inputs => inputs.square() }.Fit(data, 0);

        fitted.Evaluate(data).Accuracy.Should().BeGreaterThan(0.95, "squares make the rings a line");
    }

    [Fact]
    public void Equal_samples_do_no_harm()
    {
        using var data = new LabeledSamples(new TensorData(torch.ones(6, 2), torch.tensor([0L, 1, 0, 1, 0, 1])));
        using FittedTeacher fitted = new KernelRidge().Fit(data, 0);

        fitted.OutOfFold.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Samples_of_another_size_are_named()
    {
        using LabeledSamples data = Rings(20);
        using FittedTeacher fitted = new KernelRidge().Fit(data, 0);
        Action predict = () => fitted.Teacher.Predict(Some.Batch(features: 6), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*2 features*6*");
    }

    [Fact]
    public void Canceled_fit_stops()
    {
        using LabeledSamples data = Rings(20);
        Action fit = () => new KernelRidge().Fit(data, 0, new CancellationToken(canceled: true));

        fit.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using LabeledSamples data = Rings(20);
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using FittedTeacher fitted = new KernelRidge().Fit(data, 0);
            fitted.Evaluate(data);
        });
    }

    // Two classes, one inside the other.
    private static LabeledSamples Rings(int samples, int seed = 5)
    {
        Tensor labels = Some.Labels(samples, 2, seed);
        Tensor angle = Some.Inputs(samples, 1, seed + 1) * 3;
        Tensor radius = labels.unsqueeze(1).to(torch.ScalarType.Float32) + 1 + (Some.Inputs(samples, 1, seed + 2) * 0.1);
        return new LabeledSamples(new TensorData(torch.cat([radius * angle.cos(), radius * angle.sin()], 1), labels));
    }

    // Gaussian elimination in plain doubles: the scores of one sample, fitted on all but one.
    private static double[] PlainScores(LabeledSamples data, double bandwidth, double ridge, int without, int? at = null)
    {
        double[] x = Close.Numbers(data.Inputs);
        double[] y = Close.Numbers(data.Labels!);
        int[] points = [.. Enumerable.Range(0, y.Length).Where(i => i != without)];
        double Kernel(int i, int j) =>
            Math.Exp(-(Math.Pow(x[2 * i] - x[2 * j], 2) + Math.Pow(x[(2 * i) + 1] - x[(2 * j) + 1], 2)) / (2 * bandwidth * bandwidth));
        var table = new double[points.Length, points.Length + 2];
        for (int i = 0; i < points.Length; i++)
        {
            for (int j = 0; j < points.Length; j++)
            {
                table[i, j] = Kernel(points[i], points[j]) + (i == j ? ridge : 0);
            }

            table[i, points.Length] = y[points[i]] == 0 ? 0.5 : -0.5;
            table[i, points.Length + 1] = -table[i, points.Length];
        }

        for (int column = 0; column < points.Length; column++)
        {
            for (int row = 0; row < points.Length; row++)
            {
                double factor = row == column ? 0 : table[row, column] / table[column, column];
                for (int k = column; factor != 0 && k < points.Length + 2; k++)
                {
                    table[row, k] -= factor * table[column, k];
                }
            }
        }

        return [.. new[] { 0, 1 }
            .Select(label => Enumerable.Range(0, points.Length).Sum(i => Kernel(at ?? without, points[i]) * table[i, points.Length + label] / table[i, i]))];
    }
}
