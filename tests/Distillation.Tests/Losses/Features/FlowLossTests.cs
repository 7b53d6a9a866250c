using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class FlowLossTests
{
    private static readonly FlowLoss Loss = new(new("0", "0"), new("1", "1"));

    [Fact]
    public void Flow_does_not_depend_on_where_things_are() =>
        Gen.Int[1, 1000].ForAll(
            seed =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor bottom = Layers.Random(seed, 3, 2, 4, 4);
                Tensor top = Layers.Random(seed + 1, 3, 5, 4, 4);

                Layers.Value(Loss, Layers.Context([bottom.flip(2), top.flip(2)], [bottom, top])).Should().BeLessThan(1e-28);
            },
            iter: 20);

    [Fact]
    public void Flow_depends_on_the_product_of_both_layers()
    {
        using var scope = torch.NewDisposeScope();
        Tensor bottom = Layers.Random(1, 3, 2, 4, 4);
        Tensor top = Layers.Random(2, 3, 5, 4, 4);

        Layers.Value(Loss, Layers.Context([bottom * 4, top / 4], [bottom, top])).Should().BeLessThan(1e-28);
        Layers.Value(Loss, Layers.Context([bottom * 4, top], [bottom, top])).Should().BeGreaterThan(0.01);
    }

    [Fact]
    public void Widths_that_differ_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Tensor bottom = Layers.Random(1, 3, 2, 4, 4);
        Action compute = () => Layers.Value(Loss, Layers.Context([bottom, Layers.Random(2, 3, 6, 4, 4)], [bottom, Layers.Random(2, 3, 5, 4, 4)]));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*channels*[3, 6, 4, 4]*[3, 5, 4, 4]*");
    }
}
