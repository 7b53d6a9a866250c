using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class ReviewLossTests
{
    [Fact]
    public void Review_is_the_fusion_from_deep_to_shallow_and_the_hierarchical_context()
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] student = [Layers.Random(1, 3, 3, 4, 4), Layers.Random(2, 3, 2, 2, 2)];
        Tensor[] teacher = [Layers.Random(3, 3, 5, 8, 8), Layers.Random(4, 3, 4, 2, 2)];
        DistillationContext context = Layers.Context(student, teacher);
        IDistillationLoss loss = Prepared(new ReviewLoss(new("0", "0"), new("1", "1")), context);
        Dictionary<string, Parameter> parameters = loss.Module!.named_parameters().ToDictionary(one => one.name, one => one.parameter);
        using (torch.no_grad())
        {
            foreach ((Parameter parameter, int seed) in parameters.OrderBy(one => one.Key, StringComparer.Ordinal).Select((one, i) => (one.Value, i)))
            {
                parameter.copy_(Layers.Random(seed + 10, parameter.numel(), 1).view(parameter.shape));
            }
        }

        double value = loss.Compute(context).item<double>();

        Plain deep = Layer(new Plain(student[1]), "1.narrow");
        Plain shallow = Layer(new Plain(student[0]), "0.narrow");
        Plain above = deep.Nearest(4);
        Plain attention = shallow.Map(4, (n, c, h, w) => c < 2 ? shallow[n, c, h, w] : above[n, c - 2, h, w])
            .Convolve(parameters["0.attention.weight"], Close.Numbers(parameters["0.attention.bias"]));
        Plain fused = shallow.Map(
            2, (n, c, h, w) => (shallow[n, c, h, w] * Sigmoid(attention[n, 0, h, w])) + (above[n, c, h, w] * Sigmoid(attention[n, 1, h, w])));
        double expected = Layer(deep, "1.widen").HierarchicalContext(new Plain(teacher[1]))
            + Layer(fused.Nearest(8), "0.widen").HierarchicalContext(new Plain(teacher[0]));
        Close.ShouldBe(value, expected, 1e-9);

        Plain Layer(Plain input, string name) =>
            input.Convolve(parameters[$"{name}.0.weight"])
                .Normalize(Close.Numbers(parameters[$"{name}.1.weight"]), Close.Numbers(parameters[$"{name}.1.bias"]));
    }

    [Fact]
    public void Vectors_are_maps_of_one_place()
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] student = [Layers.Random(1, 3, 3, 4, 4), Layers.Random(2, 3, 2)];
        Tensor[] teacher = [Layers.Random(3, 3, 5, 4, 4), Layers.Random(4, 3, 4)];
        DistillationContext context = Layers.Context(student, teacher);
        IDistillationLoss loss = Prepared(new ReviewLoss(new("0", "0"), new("1", "1")), context);

        double value = loss.Compute(context).item<double>();

        DistillationContext maps = Layers.Context([student[0], student[1].view(3, 2, 1, 1)], [teacher[0], teacher[1].view(3, 4, 1, 1)]);
        value.Should().Be(loss.Compute(maps).item<double>());
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(7L, 7)]
    public void Width_is_that_of_the_deepest_layer_when_it_is_not_given(long? width, long expected)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Layers.Context(
            [Layers.Random(1, 3, 3, 4, 4), Layers.Random(2, 3, 2, 2, 2)], [Layers.Random(3, 3, 5, 4, 4), Layers.Random(4, 3, 4, 2, 2)]);

        IDistillationLoss loss = Prepared(new ReviewLoss(new("0", "0"), new("1", "1")) { Width = width }, context);

        loss.Module!.get_parameter("0.narrow.0.weight")!.shape.Should().Equal(expected, 3, 1, 1);
        loss.Module!.get_parameter("1.widen.0.weight")!.shape.Should().Equal(4, expected, 3, 3);
    }

    [Fact]
    public void Batch_is_required_before_the_first_value()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => new ReviewLoss(new LayerPair("0", "0")).Compute(Layers.Context(Layers.Random(1, 3, 3, 4, 4), Layers.Random(2, 3, 3, 4, 4)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before Compute*");
    }

    private static IDistillationLoss Prepared(IDistillationLoss loss, DistillationContext context)
    {
        using var noGradient = torch.no_grad();
        loss.Prepare(context);
        return loss;
    }

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
}
