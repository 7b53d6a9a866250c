using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class NeuronSelectivityLossTests
{
    private static readonly NeuronSelectivityLoss Loss = new("student", "teacher");

    [Fact]
    public void Selectivity_does_not_depend_on_the_scale_the_sign_or_the_order_of_channels() =>
        Gen.Int[1, 1000].ForAll(
            seed =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor teacher = Layers.Random(seed, 3, 4, 2, 3);
                Tensor scales = Layers.Random(seed + 1, 1, 4, 1, 1);

                Math.Abs(Layers.Value(Loss, teacher.flip(1) * scales, teacher)).Should().BeLessThan(1e-14);
            },
            iter: 20);

    [Fact]
    public void Discrepancy_is_never_negative() =>
        Gen.Int[1, 1000].ForAll(
            seed =>
            {
                using var scope = torch.NewDisposeScope();
                Layers.Value(Loss, Layers.Random(seed, 3, 2, 2, 3), Layers.Random(seed + 1, 3, 4, 4, 6)).Should().BeGreaterThan(0);
            },
            iter: 20);
}
