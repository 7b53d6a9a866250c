using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class SingularValueLossTests
{
    private static SingularValueLoss Loss(int count = 1) => new(new("0", "0"), new("1", "1")) { Count = count };

    [Fact]
    public void Directions_do_not_depend_on_the_scale_or_the_sign_of_the_student() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Double[-50, 50].Where(scale => Math.Abs(scale) > 0.01)).ForAll(
            (seed, scale) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor first = Layers.Random(seed, 3, 4, 3, 3);
                Tensor second = Layers.Random(seed + 1, 3, 5, 2, 2);

                Layers.Value(Loss(2), Layers.Context([first * scale, second], [first, second])).Should().BeLessThan(1e-20);
            },
            iter: 20);

    [Fact]
    public void Direction_counts_by_its_singular_value()
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] student = [Layers.Random(1, 3, 4, 3, 3), Layers.Random(2, 3, 4, 2, 2)];
        Tensor[] teacher = [Layers.Random(3, 3, 4, 3, 3), Layers.Random(4, 3, 4, 2, 2)];
        Tensor[] lines = [Layers.Random(3, 3, 4, 1, 1) * Layers.Random(4, 3, 1, 3, 3), Layers.Random(5, 3, 4, 1, 1) * Layers.Random(6, 3, 1, 2, 2)];

        Close.ShouldBe(Layers.Value(Loss(2), Layers.Context(student, lines)), Layers.Value(Loss(1), Layers.Context(student, lines)), 1e-9);
        Layers.Value(Loss(2), Layers.Context(student, teacher)).Should().NotBeApproximately(Layers.Value(Loss(1), Layers.Context(student, teacher)), 1e-3);
    }

    [Theory]
    [InlineData(2, 2)] // as many places as channels
    [InlineData(1, 2)] // fewer places than channels
    [InlineData(3, 3)]
    public void Gradient_is_finite_when_singular_values_are_equal(long height, long width)
    {
        using var scope = torch.NewDisposeScope();
        Tensor map = torch.eye(4, height * width, torch.ScalarType.Float64).view(1, 4, height, width).repeat(2, 1, 1, 1).requires_grad_();
        DistillationContext context = Layers.Context([map, map * 2], [Layers.Random(1, 2, 4, height, width), Layers.Random(2, 2, 4, height, width)]);

        Loss().Compute(context).backward();

        map.grad!.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Layer_with_fewer_singular_vectors_than_are_matched_is_named()
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] layers = [Layers.Random(1, 3, 4, 2, 2), Layers.Random(2, 3, 4, 1, 1)];
        Action compute = () => Layers.Value(Loss(2), Layers.Context(layers, layers));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*2 singular vectors*[3, 4, 1, 1]*");
    }

    [Fact]
    public void Single_pair_is_refused()
    {
        Action make = () => _ = new SingularValueLoss(new LayerPair("0", "0"));

        make.Should().Throw<ArgumentException>().WithMessage("*at least 2, but was 1*");
    }

    [Fact]
    public void Count_is_refused_when_it_is_not_positive()
    {
        Action make = () => _ = Loss(0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Count must be positive*");
    }
}
