using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class LayerCorrelationLossTests
{
    // Features that vary: those that do not have no correlation.
    private static readonly Gen<double[]> Numbers = Gen.Double.Unit.Select(unit => (6 * unit) - 3).Array[48];

    public static TheoryData<long[]> Shapes => [[12, 4], [3, 4, 4], [3, 4, 2, 2]];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.3, 2)]
    [InlineData(0, 1)]
    public void Loss_of_maps_is_that_of_the_formula(double beta, double gamma)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layer(1).view(3, 4, 2, 2);
        Tensor teacher = Layer(2).view(3, 4, 2, 2);

        double value = Value(new LayerCorrelationLoss("layer", "layer") { Beta = beta, Gamma = gamma }, student, teacher);

        (double[][] s, double[][] t) = (Places(student), Places(teacher));
        Close.ShouldBe(value, (beta * Distance(s, t)) + (gamma * Distance(RowsByHand.Columns(s), RowsByHand.Columns(t))), 1e-9);
    }

    [Fact]
    public void Samples_and_tokens_are_rows()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layer(1).view(12, 4);
        Tensor teacher = Layer(2).view(12, 4);
        double expected = Distance(RowsByHand.Of(student), RowsByHand.Of(teacher))
            + Distance(RowsByHand.Columns(RowsByHand.Of(student)), RowsByHand.Columns(RowsByHand.Of(teacher)));

        Close.ShouldBe(Value(new LayerCorrelationLoss("layer", "layer"), student, teacher), expected, 1e-9, "samples");
        Close.ShouldBe(Value(new LayerCorrelationLoss("layer", "layer"), student.view(3, 4, 4), teacher.view(3, 4, 4)), expected, 1e-9, "tokens");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Loss_does_not_see_the_size_and_the_offset_of_features(long[] shape) =>
        Gen.Select(Numbers, Numbers, Gen.Double[0.1, 10], Gen.Double[-5, 5]).ForAll(
            (student, teacher, factor, offset) =>
            {
                using var scope = torch.NewDisposeScope();
                var loss = new LayerCorrelationLoss("layer", "layer");
                (Tensor s, Tensor t) = (torch.tensor(student).view(shape), torch.tensor(teacher).view(shape));

                Value(loss, (s * factor) + offset, t).Should().BeApproximately(Value(loss, s, t), 1e-9);
                Value(loss, (t * factor) + offset, t).Should().BeApproximately(0, 1e-9);
            },
            iter: 20);

    [Fact]
    public void Dead_channels_have_no_steep_gradient()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.cat([Layer(1).view(3, 4, 2, 2).narrow(1, 0, 3), torch.full(3, 1, 2, 2, 0.7, torch.ScalarType.Float64)], 1).requires_grad_();

        new LayerCorrelationLoss("layer", "layer").Compute(Context(student, Layer(2).view(3, 4, 2, 2))).backward();

        student.grad!.abs().max().item<double>().Should().BeInRange(1e-3, 1);
    }

    [Fact]
    public void Connector_brings_the_student_to_the_teachers_channels()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Context(Layer(1).view(2, 6, 2, 2), Layer(2).view(2, 6, 2, 2).narrow(1, 0, 3));
        var loss = new LayerCorrelationLoss("layer", "layer", new ConvolutionConnector());
        loss.Prepare(context);

        double value = loss.Compute(context).item<double>();

        value.Should().BeInRange(0, 4);
        loss.Module.Should().NotBeNull();
    }

    [Fact]
    public void Layers_of_too_many_dimensions_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Tensor layer = Layer(1).view(2, 3, 2, 2, 2);

        Action compute = () => Value(new LayerCorrelationLoss("layer", "layer"), layer, layer);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*[N, C, H, W]*[2, 3, 2, 2, 2]*");
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action beta = () => _ = new LayerCorrelationLoss("layer", "layer") { Beta = -1 };
        Action gamma = () => _ = new LayerCorrelationLoss("layer", "layer") { Gamma = -1 };

        beta.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Beta must be *");
        gamma.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Gamma must be *");
    }

    private static Tensor Layer(int seed) => Some.Inputs(12, 4, seed, torch.ScalarType.Float64);

    private static double Distance(double[][] student, double[][] teacher) =>
        student.Zip(teacher).Average(pair => 1 - RowsByHand.Pearson(pair.First, pair.Second));

    // The channels of each place, from the numbers of a map [3, 4, 2, 2] in row-major order.
    private static double[][] Places(Tensor map)
    {
        double[] numbers = Close.Numbers(map);
        return [.. from sample in Enumerable.Range(0, 3)
            from place in Enumerable.Range(0, 4)
            select Enumerable.Range(0, 4).Select(channel => numbers[(sample * 16) + (channel * 4) + place]).ToArray()];
    }

    private static double Value(LayerCorrelationLoss loss, Tensor student, Tensor teacher) => loss.Compute(Context(student, teacher)).item<double>();

    private static DistillationContext Context(Tensor student, Tensor teacher) => new(
        new ModelOutput(torch.zeros(student.size(0), 2), new Dictionary<Feature, Tensor> { ["layer"] = student }),
        new ModelOutput(torch.zeros(student.size(0), 2), new Dictionary<Feature, Tensor> { ["layer"] = teacher }),
        new Batch(torch.zeros(student.size(0), 1), null, torch.arange(student.size(0), torch.ScalarType.Int64)));
}
