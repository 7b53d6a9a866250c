using Distillation.Evaluation;

namespace Distillation.SmallData.Tests;

public sealed class NearestClassMeansTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Logits_are_negative_squared_distances_to_means_over_the_temperature()
    {
        using LabeledSamples data = Samples([0, 2, 10, 12], [0, 0, 1, 1]);
        using FittedTeacher fitted = new NearestClassMeans().Fit(data, 0);

        double[] logits = Close.Numbers(fitted.Teacher.Predict(new Batch(torch.tensor([4f], [1, 1]), null, torch.tensor([0L])), FeatureSet.None).Logits);

        // The means are 1 and 11.
        Close.ShouldBe(logits[0] / logits[1], 9.0 / 49, 1e-6);
    }

    [Fact]
    public void Left_out_scores_are_those_of_a_fit_without_the_sample()
    {
        using LabeledSamples data = Samples([0, 2, 4, 10, 12], [0, 0, 0, 1, 1]);
        using FittedTeacher fitted = new NearestClassMeans().Fit(data, 0);

        double[] scores = Close.Numbers(fitted.OutOfFold);

        // Sample 1 at 2: without it the mean of its class is 2 too. Sample 3 at 10: without it the mean of its class is 12.
        scores[2].Should().Be(0);
        Close.ShouldBe(scores[6] / scores[7], 64.0 / 4, 1e-9);
    }

    [Fact]
    public void Only_sample_of_a_class_is_compared_with_the_mean_of_all_others()
    {
        using LabeledSamples data = Samples([0, 2, 10], [0, 0, 1]);
        using FittedTeacher fitted = new NearestClassMeans().Fit(data, 0);

        double[] scores = Close.Numbers(fitted.OutOfFold);

        Close.ShouldBe(scores[5], scores[4], 1e-9, "both classes have the mean 1 of the others");
    }

    [Fact]
    public void Feature_map_is_what_is_averaged()
    {
        using LabeledSamples data = Samples([-3, 3, -1, 1], [0, 0, 1, 1]);
        using FittedTeacher fitted = new NearestClassMeans { FeatureMap = inputs => inputs.square() }.Fit(data, 0);

        Evaluator.Evaluate(fitted.Teacher, new TensorData(data.Inputs, data.Labels)).Accuracy.Should().Be(1);
    }

    [Fact]
    public void Missing_class_is_named()
    {
        using var data = new LabeledSamples(new TensorData(torch.zeros(3, 1), torch.tensor([0L, 1, 1])), classes: 3);
        Action fit = () => new NearestClassMeans().Fit(data, 0);

        fit.Should().Throw<ArgumentException>().WithMessage("*2 of 3 classes*");
    }

    [Fact]
    public void Samples_of_another_size_are_named()
    {
        using LabeledSamples data = Samples([0, 2, 10, 12], [0, 0, 1, 1]);
        using FittedTeacher fitted = new NearestClassMeans().Fit(data, 0);
        Action predict = () => fitted.Teacher.Predict(Some.Batch(features: 6), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*1 features*6*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using LabeledSamples data = Samples([0, 2, 10, 12], [0, 0, 1, 1]);
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using FittedTeacher fitted = new NearestClassMeans().Fit(data, 0);
            fitted.Evaluate(data);
        });
    }

    private static LabeledSamples Samples(float[] values, long[] labels) => new(new TensorData(torch.tensor(values, [values.Length, 1]), torch.tensor(labels)));
}
