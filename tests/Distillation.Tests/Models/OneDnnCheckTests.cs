using System.Globalization;
using Distillation.Models;
using Distillation.Tests.Checkpoints;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Models;

public sealed class OneDnnCheckTests
{
    [Fact]
    public void Layers_of_a_student_are_those_of_float64_in_a_new_process()
    {
        // Wrong layers are off by tens of percent; gradients that nearly cancel by a few hundredths of a percent.
        using Child child = Child.ComparingLayers();

        string[] lines = child.ReadToEnd().Split('\n');

        lines.Should().HaveCountGreaterThan(80).And.AllSatisfy(
            line => double.Parse(line.Split(": ")[1], CultureInfo.InvariantCulture).Should().BeLessThan(1e-3, line));
    }

    [Fact]
    public void Comparison_leaves_gradients_and_the_generator_of_random_numbers_as_they_were()
    {
        using var scope = torch.NewDisposeScope();
        using var layer = Conv2d(5, 7, 3, stride: 2);
        byte[] before = ForkedRng.State.bytes.ToArray();

        ConvolutionComparison.IsRight(layer, torch.ScalarType.Float32, gradients: true).Should().BeTrue();
        LstmComparison.IsRight(inputs: 3, hidden: 5).Should().BeTrue();

        ForkedRng.State.bytes.ToArray().Should().Equal(before);
        layer.parameters().Should().AllSatisfy(parameter => (parameter.grad is null).Should().BeTrue());
    }

    [Fact]
    public void Gradients_are_compared_in_inference_mode()
    {
        using var scope = torch.NewDisposeScope();
        using var layer = Conv2d(3, 11, 3);
        using var inference = torch.inference_mode();

        ConvolutionComparison.IsRight(layer, torch.ScalarType.Float32, gradients: true).Should().BeTrue();

        torch.is_inference_mode_enabled().Should().BeTrue();
    }

    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.BFloat16)]
    [InlineData(torch.ScalarType.Float64)]
    public void All_convolutions_are_compared(torch.ScalarType type)
    {
        using var scope = torch.NewDisposeScope();
        Module<Tensor, Tensor>[] layers =
        [
            Conv1d(4, 6, 3, stride: 2, dilation: 2, groups: 2, dtype: type),
            Conv2d(4, 6, 3, padding: Padding.Same, dtype: type),
            Conv2d(6, 6, (1L, 5L), groups: 6, padding_mode: PaddingModes.Circular, padding: (0L, 2L), dtype: type),
            Conv3d(2, 3, 2, dtype: type),
            ConvTranspose1d(4, 6, 3, stride: 2, output_padding: 1, groups: 2, dtype: type),
            ConvTranspose2d(4, 6, 3, dilation: 2, dtype: type),
            ConvTranspose3d(2, 3, 2, dtype: type),
        ];
        layers.OfType<TorchSharp.Modules.Convolution>().Should().HaveSameCount(layers).And.AllSatisfy(
            layer => ConvolutionComparison.IsRight(layer, type, gradients: true).Should().BeTrue());
    }
}
