using Distillation.Evaluation;
using Distillation.Training;

namespace Distillation.SmallData.Tests;

public sealed class TeacherFitterTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Each_sample_is_judged_by_a_model_that_has_not_seen_it()
    {
        using var data = new LabeledSamples(Some.Data(samples: 20));
        var seen = new List<HashSet<double>>();

        // A model that is sure of the class that a sample was numbered with, and sure of class 0 for others.
        using FittedTeacher fitted = new CommitteeFitter("memory", (samples, _) =>
        {
            var known = new HashSet<double>(Close.Numbers(samples.Read(torch.arange(samples.Count, torch.ScalarType.Int64)).Inputs.select(1, 0)));
            seen.Add(known);
            return Teacher.From(inputs => torch.tensor(
                [.. Close.Numbers(inputs.select(1, 0)).SelectMany(key => known.Contains(key) ? new double[] { 0, 9, 0 } : [9, 0, 0])], [inputs.size(0), 3]));
        }).Fit(data, seed: 1);

        seen.Should().HaveCount(5).And.OnlyContain(known => known.Count == 16);
        Close.Numbers(fitted.OutOfFold.argmax(1)).Should().OnlyContain(label => label == 0);
    }

    [Fact]
    public void Committee_of_networks_learns()
    {
        using LabeledSamples data = Blobs(60);
        var options = new TrainerOptions { Epochs = 30, BatchSize = 16, Optimizer = new AdamOptimizer(0.02) };
        var fitter = new CommitteeFitter("networks", (samples, seed) =>
        {
            var network = Some.Mlp(inputs: 2, hidden: 8, classes: 2, seed: seed);
            new SupervisedTrainer(Student.From(network), options: options with { Seed = seed }).Fit(samples);
            return Teacher.From(network);
        });

        using FittedTeacher fitted = fitter.Fit(data, seed: 1);

        fitted.Evaluate(data).Accuracy.Should().BeGreaterThan(0.9);
        Evaluator.Evaluate(fitted.Teacher, new TensorData(data.Inputs, data.Labels)).Accuracy.Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void Average_by_likelihood_beats_every_other_mean_of_the_two_out_of_fold()
    {
        using LabeledSamples data = Blobs(40);
        var first = new KernelRidge { Bandwidths = [0.1], Ridges = [10] };
        var second = new KernelRidge { Bandwidths = [1] };
        using FittedTeacher one = first.Fit(data, 0);
        using FittedTeacher other = second.Fit(data, 0);

        using FittedTeacher both = new AverageFitter(first, second) { ByLikelihood = true }.Fit(data, 0);

        double found = both.Evaluate(data).NegativeLogLikelihood;
        for (double share = 0; share <= 1; share += 0.05)
        {
            using Tensor mean = Mixed(share).log();
            using var scaled = new FittedTeacher(one.Teacher, mean / TemperatureScaling.Fit(mean, data.Labels!));
            found.Should().BeLessThanOrEqualTo(scaled.Evaluate(data).NegativeLogLikelihood + 2e-3);
        }

        Tensor Mixed(double share) => (share * torch.nn.functional.softmax(one.OutOfFold, 1)) + ((1 - share) * torch.nn.functional.softmax(other.OutOfFold, 1));
    }

    [Fact]
    public void Average_has_the_mean_of_the_probabilities_in_fold_and_out()
    {
        using LabeledSamples data = Blobs(40);
        var first = new KernelRidge { Bandwidths = [0.5] };
        var second = new KernelRidge { Bandwidths = [2] };
        using FittedTeacher one = first.Fit(data, 0);
        using FittedTeacher other = second.Fit(data, 0);

        using FittedTeacher both = new AverageFitter(first, second).Fit(data, 0);

        Tensor Mean(Tensor a, Tensor b) => ((torch.nn.functional.softmax(a, 1) + torch.nn.functional.softmax(b, 1)) / 2).log();
        double temperature = TemperatureScaling.Fit(Mean(one.OutOfFold, other.OutOfFold), data.Labels!);
        Close.ShouldBe(Close.Numbers(both.OutOfFold), Close.Numbers(Mean(one.OutOfFold, other.OutOfFold) / temperature), 1e-6);
        var batch = new Batch(data.Inputs, null, torch.arange(40, torch.ScalarType.Int64));
        Tensor Logits(FittedTeacher fitted) => fitted.Teacher.Predict(batch, FeatureSet.None).Logits;
        Close.ShouldBe(Close.Numbers(Logits(both)), Close.Numbers(Mean(Logits(one), Logits(other)) / temperature), 1e-4);
    }

    [Fact]
    public void Average_is_calibrated()
    {
        using LabeledSamples data = Blobs(60);

        using FittedTeacher fitted = new AverageFitter(new KernelRidge { Bandwidths = [0.5] }, new CommitteeFitter(
            "half as sure", (_, _) => Teacher.From(inputs => torch.stack([inputs.select(1, 0), torch.zeros(inputs.size(0))], 1)))).Fit(data, 0);

        TemperatureScaling.Fit(fitted.OutOfFold, data.Labels!).Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void Out_of_fold_probabilities_are_calibrated()
    {
        using LabeledSamples data = Blobs(60);

        // A model that is right, and a hundred times too sure.
        using FittedTeacher fitted = new CommitteeFitter(
            "sure", (_, _) => Teacher.From(inputs => torch.stack([inputs.select(1, 0) * 100, torch.zeros(inputs.size(0))], 1))).Fit(data, 0);

        TemperatureScaling.Fit(fitted.OutOfFold, data.Labels!).Should().BeApproximately(1, 0.01);
    }

    [Fact]
    public void No_tensor_is_left_by_a_fit_that_fails()
    {
        using LabeledSamples data = Blobs(20);
        int calls = 0;
        var failing = new AverageFitter(
            new KernelRidge(),
            new CommitteeFitter("failing", (_, _) => ++calls % 3 == 0 ? throw new InvalidDataException("no") : Teacher.From(inputs => inputs)));

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            Action fit = () => failing.Fit(data, 0);
            fit.Should().Throw<InvalidDataException>();
        });
    }

    private static LabeledSamples Blobs(int samples)
    {
        Tensor labels = Some.Labels(samples, 2);
        Tensor centers = torch.stack([(labels * -2) + 1, torch.zeros_like(labels)], 1).to(torch.ScalarType.Float32);
        return new LabeledSamples(new TensorData(centers + (Some.Inputs(samples, 2) * 0.6), labels));
    }
}
