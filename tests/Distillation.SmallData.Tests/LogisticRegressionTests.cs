using System.Text.Json;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class LogisticRegressionTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Probabilities_are_those_of_scikit_learn()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes("Fixtures/logistic-regression.json"));
        foreach (JsonElement one in file.RootElement.EnumerateArray())
        {
            double[] inputs = Numbers(one.GetProperty("inputs"));
            long[] labels = [.. Numbers(one.GetProperty("labels")).Select(label => (long)label)];
            using var data = new LabeledSamples(new TensorData(torch.tensor(inputs, [labels.Length, inputs.Length / labels.Length]), torch.tensor(labels)));
            var fitter = new LogisticRegression { Standardize = false, InverseStrengths = [one.GetProperty("inverseStrength").GetDouble()] };
            using FittedTeacher fitted = fitter.Fit(data, 0);

            // The fitted temperature is taken out again: the reference has none.
            Tensor logits = fitted.Teacher.Predict(new Batch(data.Inputs, null, torch.arange(labels.Length)), FeatureSet.None).Logits;
            double temperature = RatioTo(logits, Numbers(one.GetProperty("probabilities")), one.GetProperty("classes").GetInt32());
            Close.ShouldBe(Close.Numbers(functional.softmax(logits * temperature, 1)), Numbers(one.GetProperty("probabilities")), 1e-5);
        }
    }

    [Fact]
    public void Strength_is_chosen_by_cross_validation()
    {
        using LabeledSamples noise = Line(60, slope: 0);
        using LabeledSamples clear = Line(200, slope: 4);

        double Slope(LabeledSamples data)
        {
            using FittedTeacher fitted = new LogisticRegression().Fit(data, 0);
            Tensor weights = ((LinearTeacher)fitted.Teacher).Weights;
            return (weights.select(1, 1) - weights.select(1, 0)).abs().max().item<double>();
        }

        Slope(noise).Should().BeLessThan(0.5);
        Slope(clear).Should().BeGreaterThan(1.5);
    }

    [Fact]
    public void Out_of_fold_logits_are_those_of_models_without_the_sample()
    {
        // One sample lies on the wrong side: the model that has not seen it contradicts it.
        Tensor inputs = torch.linspace(-2, 2, 20).unsqueeze(1);
        Tensor labels = inputs.squeeze(1).greater(0).to(torch.ScalarType.Int64);
        labels[19] = torch.tensor(0L);
        using var data = new LabeledSamples(new TensorData(inputs, labels));

        using FittedTeacher fitted = new LogisticRegression().Fit(data, 0);

        fitted.OutOfFold[19].argmax().item<long>().Should().Be(1);
        TemperatureScaling.Fit(fitted.OutOfFold, data.Labels!).Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void Class_without_a_sample_has_a_small_constant_probability()
    {
        using LabeledSamples two = Line(40, slope: 3);
        using var three = new LabeledSamples(new TensorData(two.Inputs, two.Labels), classes: 3);

        using FittedTeacher fitted = new LogisticRegression().Fit(three, 0);

        Tensor logits = fitted.Teacher.Predict(new Batch(two.Inputs, null, torch.arange(40)), FeatureSet.None).Logits;
        logits.select(1, 2).max().item<float>().Should().Be(logits.select(1, 2).min().item<float>());
        functional.softmax(logits, 1).select(1, 2).mean().item<float>().Should().BeLessThan(0.05f);
    }

    [Fact]
    public void Features_are_what_the_map_makes_of_inputs()
    {
        using LabeledSamples rings = SmallProblem.LabeledSamples(80);
        var plain = new LogisticRegression();
        using FittedTeacher line = plain.Fit(rings, 0);
        using FittedTeacher circle = (plain with { FeatureMap = inputs => inputs.pow(2) }).Fit(rings, 0);

        line.Evaluate(rings).Accuracy.Should().BeLessThan(0.75);
        circle.Evaluate(rings).Accuracy.Should().BeGreaterThan(0.95);
    }

    [Fact]
    public void Fit_leaves_nothing_behind()
    {
        using LabeledSamples data = Line(30, slope: 1);

        Leak.None(() =>
        {
            using FittedTeacher fitted = new LogisticRegression().Fit(data, 0);
        });
    }

    [Fact]
    public void Strengths_must_be_positive()
    {
        Action none = () => _ = new LogisticRegression { InverseStrengths = [] };
        Action negative = () => _ = new LogisticRegression { InverseStrengths = [1, -1] };

        none.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*InverseStrengths must be positive*");
        negative.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*InverseStrengths must be positive*-1*");
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];

    // log p₁ − log p₀ of the first sample over the difference of its logits.
    private static double RatioTo(Tensor logits, double[] probabilities, int classes)
    {
        double[] first = Close.Numbers(logits[0]);
        first.Length.Should().Be(classes);
        return (Math.Log(probabilities[1]) - Math.Log(probabilities[0])) / (first[1] - first[0]);
    }

    private static LabeledSamples Line(int samples, double slope)
    {
        Tensor inputs = Some.Inputs(samples, 3);
        Tensor labels = torch.rand(samples, generator: new torch.Generator(3)).less(torch.sigmoid(inputs.select(1, 0) * slope)).to(torch.ScalarType.Int64);
        return new LabeledSamples(new TensorData(inputs, labels), classes: 2);
    }
}
