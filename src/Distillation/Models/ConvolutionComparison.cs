using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Models;

/// <summary>Compares a convolution of random numbers with the same in float64.</summary>
internal static class ConvolutionComparison
{
    // libtorch takes its own kernels for fewer samples where the kernel is 1×1.
    private const long ManySamples = 16;
    private const long FewSamples = 2;

    /// <summary>Describes what the choice of a kernel depends on.</summary>
    public static string Describe(Convolution layer) =>
        FormattableString.Invariant($"{layer.GetType().Name}({layer.in_channels}, {layer.out_channels}, kernel {Text(layer.kernel_size)}, ")
        + FormattableString.Invariant($"stride {Text(layer.stride)}, dilation {Text(layer.dilation)}, groups {layer.groups})");

    /// <summary>Compares the outputs and, if asked for, the gradients of inputs and weights.</summary>
    /// <returns>Whether they are those of float64, as far as the type goes.</returns>
    public static bool IsRight(Convolution layer, torch.ScalarType type, bool gradients)
    {
        using var scope = torch.NewDisposeScope();
        using IDisposable outside = torch.inference_mode(false); // Its tensors have no gradients.
        using IDisposable mode = gradients ? torch.enable_grad() : torch.no_grad();
        using var generator = new torch.Generator(1);
        Tensor input = torch.randn(InputShape(layer), generator: generator).to(type);
        Tensor weight = torch.randn(layer.weight.shape, generator: generator).to(type);
        Tensor output = Convolve(layer, input.requires_grad_(gradients), weight.requires_grad_(gradients));
        Tensor wideInput = input.detach().to(torch.ScalarType.Float64).requires_grad_(gradients);
        Tensor wideWeight = weight.detach().to(torch.ScalarType.Float64).requires_grad_(gradients);
        Tensor wideOutput = Convolve(layer, wideInput, wideWeight);
        if (!gradients)
        {
            return AreClose(output, wideOutput);
        }

        Tensor back = torch.randn(output.shape, generator: generator).to(type);
        IList<Tensor> actual = torch.autograd.grad([output], [input, weight], [back]);
        IList<Tensor> wanted = torch.autograd.grad([wideOutput], [wideInput, wideWeight], [back.to(torch.ScalarType.Float64)]);
        return AreClose(output.detach(), wideOutput.detach()) && actual.Zip(wanted, AreClose).All(close => close);
    }

    /// <summary>Whether two tensors are equal but for rounding.</summary>
    public static bool AreClose(Tensor actual, Tensor wanted)
    {
        double tolerance = actual.dtype == torch.ScalarType.Float32 ? 1e-3 : 0.05;
        double error = (actual.to(torch.ScalarType.Float64) - wanted).abs().max().item<double>();
        return error <= tolerance * wanted.abs().max().item<double>();
    }

    // Two outputs in each direction.
    private static long[] InputShape(Convolution layer)
    {
        IEnumerable<long> lengths = layer.transposed
            ? layer.kernel_size.Select(_ => 2L)
            : layer.kernel_size.Select((kernel, i) => (layer.dilation[i] * (kernel - 1)) + 1 + layer.stride[i]);
        return [layer.kernel_size.All(kernel => kernel == 1) ? ManySamples : FewSamples, layer.in_channels, .. lengths];
    }

    private static Tensor Convolve(Convolution layer, Tensor input, Tensor weight) => (layer.transposed, layer.kernel_size.Length) switch
    {
        (false, 1) => functional.conv1d(input, weight, stride: layer.stride[0], dilation: layer.dilation[0], groups: layer.groups),
        (false, 2) => functional.conv2d(input, weight, strides: layer.stride, dilation: layer.dilation, groups: layer.groups),
        (false, _) => functional.conv3d(input, weight, strides: layer.stride, dilation: layer.dilation, groups: layer.groups),
        (true, 1) => functional.conv_transpose1d(input, weight, stride: layer.stride[0], dilation: layer.dilation[0], groups: layer.groups),
        (true, 2) => functional.conv_transpose2d(input, weight, strides: layer.stride, dilation: layer.dilation, groups: layer.groups),
        (true, _) => functional.conv_transpose3d(input, weight, strides: layer.stride, dilation: layer.dilation, groups: layer.groups),
    };

    private static string Text(long[] sizes) => string.Join('×', sizes);
}
