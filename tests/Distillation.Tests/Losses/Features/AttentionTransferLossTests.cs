using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class AttentionTransferLossTests
{
    private static readonly AttentionTransferLoss Loss = new("student", "teacher");

    [Fact]
    public void Attention_does_not_depend_on_the_scale_the_sign_or_the_order_of_channels() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Double[-50, 50].Where(scale => Math.Abs(scale) > 0.01)).ForAll(
            (seed, scale) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor teacher = Layers.Random(seed, 3, 4, 2, 3);

                Layers.Value(Loss, teacher.flip(1) * scale, teacher).Should().BeLessThan(1e-25);
            },
            iter: 20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Attention_is_the_mean_of_the_activations_powers_as_a_vector_of_length_one(double power)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = Layers.Random(1, 3, 4, 2, 3);
        Tensor teacher = Layers.Random(2, 3, 5, 2, 3);

        double value = Layers.Value(new AttentionTransferLoss("student", "teacher", power), student, teacher);

        double[][] own = Attention(Close.Numbers(student), 4, power);
        double[][] other = Attention(Close.Numbers(teacher), 5, power);
        Close.ShouldBe(value, own.Zip(other).Average(maps => maps.First.Zip(maps.Second).Average(pair => Math.Pow(pair.First - pair.Second, 2))), 1e-9);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Power_is_refused_when_its_gradient_is_not_finite(double power)
    {
        Action make = () => _ = new AttentionTransferLoss("student", "teacher", power);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("power must be *");
    }

    [Fact]
    public void Layers_that_are_no_maps_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => Layers.Value(Loss, Layers.Random(1, 3, 4), Layers.Random(2, 3, 4, 2, 3));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*maps*student*[3, 4] and the teacher's [3, 4, 2, 3]*");
    }

    // Three samples of six places.
    private static double[][] Attention(double[] numbers, int channels, double power) =>
    [
        .. Enumerable.Range(0, 3).Select(sample =>
        {
            double[] map = [.. Enumerable.Range(0, 6).Select(place =>
                Enumerable.Range(0, channels).Average(channel => Math.Pow(Math.Abs(numbers[(((sample * channels) + channel) * 6) + place]), power)))];
            double length = Math.Sqrt(map.Sum(value => value * value));
            return map.Select(value => value / length).ToArray();
        }),
    ];
}
