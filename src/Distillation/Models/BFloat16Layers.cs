using Distillation.Models;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation;

/// <summary>
/// Lets the linear and convolutional layers of a module compute in bfloat16 while a pass runs through it. The weights, and all that other layers see, stay
/// float32.
/// </summary>
/// <remarks>
/// The arithmetic of a layer cannot be swapped: the layer itself is run on no samples at all, and a hook puts what was computed in bfloat16 in the place of its
/// empty output.
/// </remarks>
internal sealed class BFloat16Layers : IDisposable
{
    private readonly List<Action> _removals = [];
    private bool _running;
    private bool _disposed;

    public BFloat16Layers(Module module)
    {
        foreach (Module layer in ModuleTree.WithDescendants(module))
        {
            if (layer is Linear linear && linear.weight.dtype == torch.ScalarType.Float32)
            {
                Replace(linear, 2, input => Compute(input, linear.weight, linear.bias, functional.linear));
            }
            else if (layer is Convolution { transposed: false, padding_mode: PaddingModes.Zeros, padding: not null } convolution
                && convolution.weight.dtype == torch.ScalarType.Float32)
            {
                OneDnnCheck.Run(convolution, torch.ScalarType.BFloat16, gradients: true);
                Replace(convolution, convolution.weight.dim(), input => Compute(input, convolution.weight, convolution.bias, Convolve(convolution)));
            }
        }

        if (_removals.Count == 0)
        {
            throw new ArgumentException(
                $"To compute in bfloat16 a module must have a Linear or a convolution with weights of float32, but {module.GetType().Name} has none.",
                nameof(module));
        }
    }

    /// <summary>Runs a pass with the arithmetic of bfloat16.</summary>
    public ModelOutput Run(Func<ModelOutput> pass)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _running = true;
        try
        {
            return pass();
        }
        finally
        {
            _running = false;
        }
    }

    public void Dispose()
    {
        _removals.ForEach(remove => remove());
        _removals.Clear();
        _disposed = true;
    }

    private static Func<Tensor, Tensor, Tensor?, Tensor> Convolve(Convolution layer) => layer.kernel_size.Length switch
    {
        1 => (input, weight, bias) => functional.conv1d(input, weight, bias, layer.stride[0], layer.padding![0], layer.dilation[0], layer.groups),
        2 => (input, weight, bias) => functional.conv2d(input, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups),
        _ => (input, weight, bias) => functional.conv3d(input, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups),
    };

    private static Tensor Compute(Tensor input, Parameter weight, Parameter? bias, Func<Tensor, Tensor, Tensor?, Tensor> arithmetic)
    {
        using Tensor narrowInput = input.to(torch.ScalarType.BFloat16);
        using Tensor narrowWeight = weight.to(torch.ScalarType.BFloat16);
        using Tensor? narrowBias = bias?.to(torch.ScalarType.BFloat16);
        using Tensor output = arithmetic(narrowInput, narrowWeight, narrowBias);
        return output.to(torch.ScalarType.Float32);
    }

    private void Replace(Module<Tensor, Tensor> layer, long batchedDimensions, Func<Tensor, Tensor> compute)
    {
        (Tensor Whole, Tensor Empty)? input = null;
        _removals.Add(layer.register_forward_pre_hook((_, given) =>
        {
            input = _running && given.dtype == torch.ScalarType.Float32 && given.dim() >= batchedDimensions ? (given, given.narrow(0, 0, 0)) : null;
            return input?.Empty ?? given;
        }).remove);
        _removals.Add(layer.register_forward_hook((_, _, output) =>
        {
            if (input is not var (whole, empty))
            {
                return output;
            }

            input = null;
            output.Dispose();
            empty.Dispose();
            return compute(whole);
        }).remove);
    }
}
