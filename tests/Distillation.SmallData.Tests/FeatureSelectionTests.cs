using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FeatureSelectionTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ITeacher _teacher = Teacher.From(inputs => inputs);

    public void Dispose()
    {
        _scope.Dispose();
        _teacher.Dispose();
    }

    [Fact]
    public void Part_with_the_class_is_chosen_and_noise_is_not()
    {
        using LabeledSamples data = Samples();
        using FeatureExtractor candidates = Candidates();

        FeatureSelectionResult result = new FeatureSelection().Choose(candidates, data);

        result.Chosen.Select(part => part.Name).Should().Equal("first", "second");
        result.Singles.Select(score => score.Parts.Single().Name).Should().Equal("noise", "first", "second");
        result.Describe().Should().Contain("first + second");
    }

    [Fact]
    public void Parts_are_no_more_than_allowed()
    {
        using LabeledSamples data = Samples();
        using FeatureExtractor candidates = Candidates();

        new FeatureSelection { MaxParts = 1 }.Choose(candidates, data).Chosen.Should().ContainSingle();
    }

    [Fact]
    public void Score_is_that_of_a_kernel_ridge_on_the_same_parts()
    {
        using LabeledSamples data = Samples();
        using FeatureExtractor candidates = Candidates();
        foreach (double bandwidth in new double[] { 0, 1 })
        {
            var ridge = new KernelRidge { Bandwidths = [bandwidth], Ridges = [0.1] };

            FeatureScore score = new FeatureSelection { Ridge = ridge }.Choose(candidates, data).Steps[1];

            using FeatureExtractor chosen = candidates.With(score.Parts);
            using FittedTeacher fitted = (ridge with { FeatureMap = chosen.Describe }).Fit(data, 0);
            Close.ShouldBe(score.NegativeLogLikelihood, functional.cross_entropy(fitted.OutOfFold, data.Labels!).item<double>(), 1e-6);
        }
    }

    [Fact]
    public void Some_samples_choose_where_there_are_many()
    {
        using LabeledSamples data = Samples();
        int described = 0;
        using var candidates = new FeatureExtractor(_teacher, new()
        {
            Parts = [new MappedFeatures("first", inputs =>
            {
                described = (int)inputs.size(0);
                return inputs.narrow(1, 1, 1);
            }) { UnitLength = false }],
        });

        new FeatureSelection { Ridge = new() { SelectionLimit = 30 } }.Choose(candidates, data);

        described.Should().Be(30);
    }

    [Fact]
    public void Fitter_uses_what_is_chosen()
    {
        using LabeledSamples data = Samples();
        using LabeledSamples test = Samples(seed: 4);
        using FeatureExtractor candidates = Candidates();
        using FittedTeacher chosen = new FeatureRidge(candidates) { Selection = new() }.Fit(data, 0);
        using FittedTeacher all = new FeatureRidge(candidates).Fit(data, 0);
        var samples = new TensorData(test.Inputs, test.Labels);

        double likelihood = Evaluator.Evaluate(chosen.Teacher, samples).NegativeLogLikelihood;

        likelihood.Should().BeLessThan(Evaluator.Evaluate(all.Teacher, samples).NegativeLogLikelihood);
    }

    [Fact]
    public void Standardized_features_do_not_depend_on_their_units()
    {
        using LabeledSamples data = Samples();
        using FittedTeacher small = new FeatureRidge(Scaled(1)) { Standardize = true }.Fit(data, 0);
        using FittedTeacher large = new FeatureRidge(Scaled(1_000)) { Standardize = true }.Fit(data, 0);

        Close.ShouldBe(Close.Numbers(small.OutOfFold), Close.Numbers(large.OutOfFold), 1e-3);

        FeatureExtractor Scaled(double factor) => new(_teacher, new()
        {
            Parts = [new MappedFeatures("scaled", inputs => torch.cat([inputs.narrow(1, 1, 1) * factor, inputs.narrow(1, 2, 1)], 1)) { UnitLength = false }],
        });
    }

    [Fact]
    public void Canceled_search_stops()
    {
        using LabeledSamples data = Samples();
        using FeatureExtractor candidates = Candidates();
        Action choose = () => new FeatureSelection().Choose(candidates, data, 0, new CancellationToken(canceled: true));

        choose.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using LabeledSamples data = Samples();
        using FeatureExtractor candidates = Candidates();
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using FittedTeacher fitted = new FeatureRidge(candidates) { Selection = new(), Standardize = true }.Fit(data, 0);
            fitted.Evaluate(data);
        });
    }

    // Column 0 is noise; columns 1 and 2 tell the class together, the first one more of it.
    private static LabeledSamples Samples(int seed = 2)
    {
        Tensor inputs = Some.Inputs(120, 3, seed);
        Tensor labels = ((inputs.select(1, 1) * 2) + inputs.select(1, 2)).gt(0).to(torch.ScalarType.Int64);
        return new(new TensorData(inputs, labels));
    }

    private FeatureExtractor Candidates() => new(_teacher, new() { Parts = [Column("noise", 0), Column("first", 1), Column("second", 2)] });

    private static MappedFeatures Column(string name, long number) => new(name, inputs => inputs.narrow(1, number, 1)) { UnitLength = false };
}
