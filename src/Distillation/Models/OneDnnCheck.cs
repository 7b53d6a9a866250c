using System.Collections.Concurrent;
using TorchSharp.Modules;

namespace Distillation.Models;

/// <summary>
/// Compares what oneDNN computes for the layers of a model with float64, and turns oneDNN off in this process where it is wrong: libtorch's own kernels are
/// right, and slower.
/// </summary>
/// <remarks>
/// <para>
/// On AMD processors with AVX-512, oneDNN 3.7 of libtorch 2.10 does not clear the padding of channels, so that numbers of channels that do not fill a vector
/// give wrong convolutions; and small LSTMs are wrong without gradients. Students and teachers of the library check themselves at their first pass. A training
/// loop by hand calls <see cref="Run(torch.nn.Module, bool)"/> once.
/// </para>
/// <para>
/// Convolutions in float32 and bfloat16 and LSTMs in float32 on the processor are compared, each kind once a process. What is not seen: layers of a script
/// module, and functions such as <c>conv2d</c> that a module calls itself.
/// </para>
/// </remarks>
public static class OneDnnCheck
{
    private static readonly ConcurrentDictionary<string, bool> IsRight = [];

    /// <summary>Gets the layer for which oneDNN was turned off.</summary>
    /// <value>The type and the sizes of the layer; <see langword="null"/> where oneDNN is on.</value>
    public static string? WrongLayer { get; private set; }

    /// <summary>Checks the layers of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="gradients">Whether gradients are compared, too. The default is <see langword="true"/>.</param>
    /// <exception cref="InvalidOperationException">A layer is computed wrongly without oneDNN, too, or oneDNN cannot be turned off.</exception>
    public static void Run(torch.nn.Module module, bool gradients = true)
    {
        Require.Present(module);
        foreach (torch.nn.Module layer in WrongLayer is null ? ModuleTree.WithDescendants(module) : [])
        {
            if (layer is Convolution convolution)
            {
                Run(convolution, convolution.weight.dtype, gradients);
            }
            else if (layer is LSTM lstm)
            {
                Run(lstm);
            }
        }
    }

    /// <summary>Checks a convolution that is computed in a type of its own.</summary>
    internal static void Run(Convolution layer, torch.ScalarType type, bool gradients)
    {
        if (layer.weight.device_type == DeviceType.CPU && (type is torch.ScalarType.Float32 or torch.ScalarType.BFloat16))
        {
            Check($"{ConvolutionComparison.Describe(layer)} in {type}", gradients, () => ConvolutionComparison.IsRight(layer, type, gradients));
        }
    }

    private static void Run(LSTM layer)
    {
        foreach ((string name, Parameter weight) in layer.named_parameters())
        {
            if (name.StartsWith("weight_ih", StringComparison.Ordinal)
                && weight.device_type == DeviceType.CPU && weight.dtype == torch.ScalarType.Float32)
            {
                (long inputs, long hidden) = (weight.size(1), weight.size(0) / LstmComparison.Gates);
                Check($"LSTM({inputs}, {hidden})", gradients: false, () => LstmComparison.IsRight(inputs, hidden));
            }
        }
    }

    private static void Check(string layer, bool gradients, Func<bool> isRight)
    {
        if (WrongLayer is not null || IsRight.GetOrAdd(gradients ? $"{layer} with gradients" : layer, _ => isRight()))
        {
            return;
        }

        if (!OneDnnSwitch.TryTurnOff() || !isRight())
        {
            throw new InvalidOperationException(
                $"libtorch computes a layer wrongly on this processor, and what was tried did not help: {layer} is not what it is in float64. "
                + "Use numbers of channels or hidden units that are multiples of 32, float64, or another device.");
        }

        WrongLayer = layer;
    }
}
