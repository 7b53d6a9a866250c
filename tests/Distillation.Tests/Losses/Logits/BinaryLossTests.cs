using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class BinaryLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DistillationContext _context = Some.Context(samples: 6, classes: 4);
    private readonly Tensor _labels = torch.tensor(
        new double[,] { { 1, 0, 0, 1 }, { 0, 0, 0, 0 }, { 1, 1, 1, 1 }, { 0, 1, 0, 0 }, { 0, 0.5, 1, 0.2 }, { 1, 0, 1, 0 } });

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Soft_targets_are_divergences_of_single_classes_summed(double temperature)
    {
        double value = new BinarySoftTargetLoss(temperature).Compute(_context).item<double>();

        double expected = Close.Numbers(_context.Student.Logits).Zip(Close.Numbers(_context.Teacher.Logits), (student, teacher) =>
        {
            (double p, double q) = (Sigmoid(student / temperature), Sigmoid(teacher / temperature));
            return (q * Math.Log(q / p)) + ((1 - q) * Math.Log((1 - q) / (1 - p)));
        }).Sum() / 6;
        Close.ShouldBe(value, temperature * temperature * expected, 1e-9);
    }

    [Fact]
    public void Soft_targets_of_one_class_are_those_of_two_of_which_one_has_no_logit()
    {
        Tensor student = _context.Student.Logits.narrow(1, 0, 1);
        Tensor teacher = _context.Teacher.Logits.narrow(1, 0, 1);
        Tensor Two(Tensor logit) => torch.cat([logit, torch.zeros_like(logit)], 1);

        double value = new BinarySoftTargetLoss(2).Compute(Some.Context(student, teacher, labels: null)).item<double>();

        Close.ShouldBe(value, new SoftTargetLoss(2).Compute(Some.Context(Two(student), Two(teacher), labels: null)).item<double>(), 1e-12);
    }

    [Fact]
    public void Soft_targets_are_never_negative_and_zero_at_the_teacher() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Double[0.5, 10]).ForAll(
            (seed, temperature) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(seed: seed);
                var loss = new BinarySoftTargetLoss(temperature);

                loss.Compute(context).item<double>().Should().BePositive();
                loss.Compute(context.With(new ModelOutput(context.Teacher.Logits), context.Teacher)).item<double>().Should().Be(0);
            },
            iter: 50);

    [Fact]
    public void Labels_cost_the_logarithm_of_the_probability_of_each_class()
    {
        double expected = Close.Numbers(_context.Student.Logits)
            .Zip(Close.Numbers(_labels), (student, label) => -(label * Math.Log(Sigmoid(student))) - ((1 - label) * Math.Log(1 - Sigmoid(student))))
            .Average();

        Close.ShouldBe(Value(new BinaryLabelLoss()), expected, 1e-9);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Weights_are_those_of_pytorch(bool ofClasses, bool ofPositives)
    {
        double[]? weights = ofClasses ? [1, 2, 0.5, 0] : null;
        double[]? positive = ofPositives ? [3, 1, 0.25, 2] : null;
        var loss = new BinaryLabelLoss { ClassWeights = weights, PositiveWeights = positive };
        DistillationContext context = Some.Context(_context.Student.Logits, null, _labels);

        double value = loss.Compute(context).item<double>();

        Tensor expected = TorchSharp.torch.nn.functional.binary_cross_entropy_with_logits(
            _context.Student.Logits, _labels, weights is null ? null : torch.tensor(weights), pos_weights: positive is null ? null : torch.tensor(positive));
        expected.backward();
        Close.ShouldBe(value, expected.item<double>(), 1e-12);
        using var noGradient = torch.no_grad();
        Close.ShouldBe(Close.Numbers(loss.ClosedForm!.Compute(context).AtLogits), Close.Numbers(_context.Student.Logits.grad!), 1e-12);
    }

    [Fact]
    public void Class_ids_are_refused()
    {
        Action compute = () => new BinaryLabelLoss().Compute(_context);

        compute.Should().Throw<InvalidOperationException>()
            .WithMessage("Labels must be * [6, 4], one for each output, but are [6] Int64. For class ids there is HardLabelLoss.");
    }

    [Theory]
    [InlineData(torch.ScalarType.Bool)]
    [InlineData(torch.ScalarType.Int64)]
    [InlineData(torch.ScalarType.Byte)]
    [InlineData(torch.ScalarType.Float32)]
    public void Labels_may_be_of_any_type_and_one_a_row_for_a_single_output(torch.ScalarType type)
    {
        Tensor student = _context.Student.Logits.narrow(1, 0, 1);
        Tensor labels = _labels.narrow(1, 0, 1);
        double Value(Tensor given, params long[] shape) => new BinaryLabelLoss().Compute(Some.Context(student.view([.. shape, 1]), null, given)).item<double>();
        double expected = Value(labels, 6);

        Value(labels.to(type), 6).Should().Be(expected);
        Value(labels.to(type).view(6), 6).Should().Be(expected);
        Value(labels.to(type).view(2, 3), 2, 3).Should().Be(expected);
        new BinaryLabelLoss().Compute(Some.Context(_context.Student.Logits, null, _labels.round().to(type))).item<double>()
            .Should().Be(new BinaryLabelLoss().Compute(Some.Context(_context.Student.Logits, null, _labels.round())).item<double>());
    }

    [Fact]
    public void Ids_that_are_left_out_are_no_labels_of_a_single_output()
    {
        Tensor student = _context.Student.Logits.narrow(1, 0, 1);
        DistillationContext Of(Tensor logits, params long[] labels) => Some.Context(logits, null, torch.tensor(labels));

        double value = new BinaryLabelLoss { IgnoredLabel = -1 }.Compute(Of(student, 1, 0, 0, 1, -1, -1)).item<double>();

        Close.ShouldBe(value, new BinaryLabelLoss().Compute(Of(student.narrow(0, 0, 4), 1, 0, 0, 1)).item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(2, "2")]
    [InlineData(-1, "-1")]
    [InlineData(double.NaN, "NaN")]
    public void Labels_out_of_range_are_refused_before_the_run(double label, string named)
    {
        Tensor labels = _labels.clone();
        labels[2, 1] = label;
        Action prepare = () =>
            new AdaptiveWeightLoss(new BinaryLabelLoss(), RowMeasure.TeacherConfidence).Prepare(Some.Context(_context.Student.Logits, null, labels));

        prepare.Should().Throw<InvalidOperationException>()
            .WithMessage($"Labels of BinaryLabelLoss must be in [0, 1], *, but the batch has {named}. For class ids there is HardLabelLoss.");
    }

    [Fact]
    public void Weights_out_of_range_are_refused_where_they_are_written()
    {
        Action classes = () => _ = new BinaryLabelLoss { ClassWeights = [1, -1] };
        Action positives = () => _ = new BinaryLabelLoss { PositiveWeights = [double.NaN] };
        Action few = () => Value(new BinaryLabelLoss { PositiveWeights = [1, 2] });

        classes.Should().Throw<ArgumentOutOfRangeException>().WithMessage("ClassWeights must be *");
        positives.Should().Throw<ArgumentOutOfRangeException>().WithMessage("PositiveWeights must be *");
        few.Should().Throw<InvalidOperationException>().WithMessage("PositiveWeights must have *4 outputs*has 2*");
    }

    private static double Sigmoid(double logit) => 1 / (1 + Math.Exp(-logit));

    private double Value(BinaryLabelLoss loss) => loss.Compute(Some.Context(_context.Student.Logits, null, _labels)).item<double>();
}
