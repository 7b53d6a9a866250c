using System.Text.Json;
using Distillation.Evaluation;

namespace Distillation.SmallData.Tests;

public sealed class ExtraTreesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Accuracy_is_that_of_scikit_learn_within_noise()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes("Fixtures/extra-trees.json"));
        foreach (JsonElement set in file.RootElement.EnumerateArray())
        {
            (LabeledSamples data, TensorData test) = Read(set);
            using LabeledSamples train = data;
            var fitter = new ExtraTrees { MinLeafSamples = [1], Folds = 2 };
            double[] expected = Numbers(set.GetProperty("accuracies"));

            double mean = Enumerable.Range(0, 5).Average(seed =>
            {
                using FittedTeacher fitted = fitter.Fit(train, seed);
                return Evaluator.Evaluate(fitted.Teacher, test).Accuracy;
            });

            mean.Should().BeInRange(expected.Min() - 0.01, expected.Max() + 0.01, set.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void Trees_follow_a_pattern_that_no_line_divides()
    {
        using LabeledSamples train = SmallProblem.LabeledSamples(200);
        using TensorData test = SmallProblem.Rings(200, seed: 9);

        using FittedTeacher fitted = new ExtraTrees().Fit(train, 0);

        Evaluator.Evaluate(fitted.Teacher, test).Accuracy.Should().BeGreaterThan(0.95);
        fitted.Evaluate(train).Accuracy.Should().BeGreaterThan(0.95);
        TemperatureScaling.Fit(fitted.OutOfFold, train.Labels!).Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void Tree_that_splits_to_the_end_has_its_own_samples_right()
    {
        using LabeledSamples train = SmallProblem.LabeledSamples(60);

        using FittedTeacher fitted = new ExtraTrees { Trees = 1, MinLeafSamples = [1] }.Fit(train, 0);

        Evaluator.Evaluate(fitted.Teacher, new TensorData(train.Inputs, train.Labels)).Accuracy.Should().Be(1);
    }

    [Fact]
    public void Leaves_have_at_least_the_samples_that_are_set()
    {
        // With 60 samples a leaf of 40 leaves no split: all outputs are the frequencies.
        using LabeledSamples train = SmallProblem.LabeledSamples(60);

        using FittedTeacher fitted = new ExtraTrees { Trees = 5, MinLeafSamples = [40] }.Fit(train, 0);

        Tensor logits = fitted.Teacher.Predict(new Batch(train.Inputs, null, torch.arange(60)), FeatureSet.None).Logits;
        logits.std([0]).max().item<float>().Should().BeLessThan(1e-6f);
    }

    [Fact]
    public void Large_leaves_are_chosen_where_labels_are_noise()
    {
        using var noise = new LabeledSamples(new TensorData(Some.Inputs(120, 4), Some.Labels(120, 2)));
        using FittedTeacher either = new ExtraTrees { MinLeafSamples = [1, 20] }.Fit(noise, 3);
        using FittedTeacher large = new ExtraTrees { MinLeafSamples = [20] }.Fit(noise, 3);

        Close.Numbers(either.OutOfFold).Should().Equal(Close.Numbers(large.OutOfFold));
    }

    [Fact]
    public void Same_seed_gives_the_same_bits_whatever_the_number_of_threads()
    {
        using LabeledSamples train = SmallProblem.LabeledSamples(80);
        double[] Outputs(int seed, int parallelism)
        {
            using FittedTeacher fitted = new ExtraTrees { Trees = 20, Parallelism = parallelism }.Fit(train, seed);
            Tensor logits = fitted.Teacher.Predict(new Batch(train.Inputs, null, torch.arange(80)), FeatureSet.None).Logits;
            return [.. Close.Numbers(fitted.OutOfFold), .. Close.Numbers(logits)];
        }

        Outputs(4, 3).Should().Equal(Outputs(4, 1));
        Outputs(5, 1).Should().NotEqual(Outputs(4, 1));
    }

    [Fact]
    public void Fit_leaves_nothing_behind()
    {
        using LabeledSamples data = SmallProblem.LabeledSamples(30);

        Leak.None(() =>
        {
            using FittedTeacher fitted = new ExtraTrees { Trees = 3 }.Fit(data, 0);
        });
    }

    [Fact]
    public void Other_number_of_features_is_refused()
    {
        using LabeledSamples data = SmallProblem.LabeledSamples(30);
        using FittedTeacher fitted = new ExtraTrees { Trees = 3 }.Fit(data, 0);

        Action predict = () => fitted.Teacher.Predict(new Batch(torch.zeros(1, 3), null, torch.arange(1)), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*fitted on samples of 2 features*has 3*");
    }

    private static (LabeledSamples Train, TensorData Test) Read(JsonElement set)
    {
        double[] inputs = Numbers(set.GetProperty("inputs"));
        long[] labels = [.. Numbers(set.GetProperty("labels")).Select(label => (long)label)];
        int train = set.GetProperty("train").GetInt32();
        Tensor rows = torch.tensor(inputs, [labels.Length, set.GetProperty("features").GetInt32()], torch.ScalarType.Float32);
        Tensor ids = torch.tensor(labels);
        return (
            new LabeledSamples(new TensorData(rows.narrow(0, 0, train), ids.narrow(0, 0, train)), labels.Max() + 1),
            new TensorData(rows.narrow(0, train, labels.Length - train), ids.narrow(0, train, labels.Length - train)));
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetDouble())];
}
