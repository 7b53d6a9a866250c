using System.Text.Json;

namespace Distillation.SmallData.Tests.Tasks;

public sealed class RegressionTeacherTests : IDisposable
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllBytes("Fixtures/regression.json")).RootElement;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Kernel_ridge_on_two_targets_is_that_of_scikit_learn()
    {
        JsonElement one = Reference.GetProperty("kernel");
        using LabeledSamples data = Of(Read(one, "inputs", 30, 3), Read(one, "targets", 30, 2));
        using FittedTeacher fitted = new KernelRidge { Bandwidths = [0], Ridges = [0.1] }.Fit(data, 0);

        Close.ShouldBe(Close.Numbers(Predict(fitted, Read(one, "new", 7, 3))), Numbers(one, "predictions"), 1e-5);
        Close.ShouldBe(Close.Numbers(fitted.OutOfFold), Numbers(one, "leftOut"), 1e-5);
    }

    [Fact]
    public void Linear_ridge_recovers_a_line()
    {
        Tensor inputs = Some.Inputs(60, 3, dtype: torch.ScalarType.Float64);
        Tensor targets = inputs.matmul(torch.tensor(new[] { 2.0, -1, 0.5 })) + 7;
        using LabeledSamples data = Of(inputs, targets);
        using FittedTeacher fitted = KernelRidge.Linear.Fit(data, 0);

        Close.ShouldBe(Close.Numbers(Predict(fitted, inputs)), Close.Numbers(targets), 1e-2);
        data.Outputs.Should().Be(1);
    }

    [Fact]
    public void Extra_trees_err_as_those_of_scikit_learn()
    {
        JsonElement one = Reference.GetProperty("trees");
        (Tensor inputs, Tensor targets) = (Read(one, "inputs", 300, 10), Read(one, "targets", 300));
        using LabeledSamples data = Of(inputs.narrow(0, 0, 200), targets.narrow(0, 0, 200));
        double[] expected = Numbers(one, "errors");
        double[] errors = [.. Enumerable.Range(0, 3).Select(seed =>
        {
            using FittedTeacher fitted = new ExtraTrees { MinLeafSamples = [1] }.Fit(data, seed);
            return (Predict(fitted, inputs.narrow(0, 200, 100)).squeeze(1) - targets.narrow(0, 200, 100)).square().mean().sqrt().item<double>();
        })];

        errors.Average().Should().BeInRange(expected.Min() - 1, expected.Max() + 1);
    }

    [Fact]
    public void Mean_of_the_targets_is_a_constant_that_leaves_the_sample_out()
    {
        using LabeledSamples data = Of(torch.rand(3, 2), torch.tensor(new[] { 1f, 2, 6 }));
        using FittedTeacher fitted = new TargetMean().Fit(data, 0);

        Close.Numbers(Predict(fitted, torch.rand(2, 2))).Should().Equal(3, 3);
        Close.Numbers(fitted.OutOfFold).Should().Equal(4, 3.5, 1.5);
    }

    [Fact]
    public void Several_labels_get_calibrated_logits()
    {
        (Tensor inputs, Tensor labels) = TwoLabels(80);
        using var data = new LabeledSamples(new TensorData(inputs, labels), EvaluationTask.MultiLabel);
        ITeacherFitter[] fitters = [new KernelRidge(), new ExtraTrees(), new AverageFitter(new KernelRidge(), new ExtraTrees()) { ByLikelihood = true }];
        foreach (ITeacherFitter fitter in fitters)
        {
            using FittedTeacher fitted = fitter.Fit(data, 0);
            Tensor outputs = Predict(fitted, inputs);

            outputs.greater(0).eq(labels.greater(0.5f)).to(torch.ScalarType.Float32).mean().item<float>().Should().BeGreaterThan(0.9f, fitter.Name);
            data.Rules.Temperature(fitted.OutOfFold, data.RequireTargetRows("")).Should().BeApproximately(1, 0.02, fitter.Name);
        }

        // Half a label more on either side: (n + ½)/(N + 1).
        using FittedTeacher frequencies = new TargetMean().Fit(data, 0);
        double count = labels.select(1, 0).sum().item<float>();
        Close.ShouldBe(
            torch.sigmoid(Predict(frequencies, inputs.narrow(0, 0, 1)))[0, 0].item<float>(), (count + 0.5) / 81, 1e-5);
    }

    [Fact]
    public void Weights_on_the_simplex_have_the_least_squared_error()
    {
        Tensor truth = torch.tensor(new[] { 1.0, 2 });
        Tensor predictions = torch.tensor(new double[,] { { 2, 2 }, { 1, 3 }, { 4, 5 } });

        // The residuals are (1, 0), (0, 1) and (3, 3): half and half of the first two is nearest to zero.
        double[] weights = SimplexWeights.LeastSquares(predictions, truth);

        Close.ShouldBe(weights, [0.5, 0.5, 0], 1e-9);
    }

    [Fact]
    public void What_goes_by_classes_is_refused_by_name()
    {
        using LabeledSamples data = Of(torch.rand(10, 2), torch.rand(10));
        foreach (ITeacherFitter fitter in new ITeacherFitter[] { new LogisticRegression(), new NearestClassMeans(), new ClassFrequencies() })
        {
            fitter.Invoking(one => one.Fit(data, 0)).Should().Throw<InvalidOperationException>().WithMessage($"*{fitter.Name} needs class ids*Regression*");
        }

        foreach (ISampleGenerator generator in new ISampleGenerator[] { new ClassGaussian(), new ClassKernelDensity() })
        {
            data.Generate(generator, 5).Invoking(source => source.Read(torch.tensor([0L])))
                .Should().Throw<InvalidOperationException>().WithMessage($"*{generator.GetType().Name} needs class ids*Regression*");
        }
    }

    private static (Tensor Inputs, Tensor Labels) TwoLabels(int count)
    {
        Tensor inputs = Some.Inputs(count, 2);
        return (inputs, torch.stack([inputs.select(1, 0).greater(0), inputs.select(1, 1).greater(0.3f)], 1).to(torch.ScalarType.Float32));
    }

    private static LabeledSamples Of(Tensor inputs, Tensor targets) => new(new TensorData(inputs, targets), EvaluationTask.Regression);

    private static Tensor Predict(FittedTeacher fitted, Tensor inputs) =>
        fitted.Teacher.Predict(new Batch(inputs, null, torch.arange(inputs.size(0), torch.ScalarType.Int64)), FeatureSet.None).Logits;

    private static Tensor Read(JsonElement element, string name, params long[] shape) => torch.tensor(Numbers(element, name), shape);

    private static double[] Numbers(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
