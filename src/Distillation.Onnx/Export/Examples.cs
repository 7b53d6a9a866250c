using System.Runtime.InteropServices;

namespace Distillation.Onnx;

/// <summary>Runs a module on random inputs that fit the options of its export.</summary>
internal static class Examples
{
    // Two sizes of the batch: what is the same with both does not follow it.
    private static readonly long[] Batches = [1, 3];

    public static Example[] Of(torch.nn.Module<Tensor, Tensor> module, long[] shape, OnnxExportOptions options)
    {
        using var generator = new torch.Generator(1);
        return [.. Batches.Select((batch, number) =>
        {
            // Two lengths, too, where the length is free: the second is the shorter one, as the first may be the longest that the module takes.
            long[] whole = options.SequenceName is null ? [batch, .. shape] : [batch, shape[0] - number, .. shape[1..]];
            try
            {
                return Of(module, options.Indices is { } count ? Indices(count, whole, generator) : Numbers(options, whole, generator), options);
            }
            catch (ExternalException failure) when (options.SequenceName is not null)
            {
                throw new ArgumentException(
                    $"With {nameof(options.SequenceName)} the module must take sequences of any length, "
                    + $"but fails on [{string.Join(", ", whole)}]: {failure.Message}",
                    nameof(module),
                    failure);
            }
        })];
    }

    private static Example Of(torch.nn.Module<Tensor, Tensor> module, Tensor input, OnnxExportOptions options)
    {
        // A copy: the first layer may work in place.
        Tensor own = input.clone().to(ModuleTree.DeviceOf(module));
        Tensor output = module.call(options.Normalization?.Apply(own) ?? own).detach();
        if (output.dim() == 0 || output.size(0) != input.size(0) || output.dtype != torch.ScalarType.Float32)
        {
            throw new ArgumentException(
                $"The module must give [N, ...] of float32, but makes {Shapes.Of(output)} {output.dtype} of {Shapes.Of(input)}.", nameof(module));
        }

        if (!output.isfinite().any().item<bool>())
        {
            throw new ArgumentException(
                "The module outputs no finite number for random inputs, so that nothing can be compared: does it have weights that are NaN?", nameof(module));
        }

        if ((options.Softmax || options.Labels is not null) && output.dim() < 2)
        {
            throw new ArgumentException(
                $"A module with {nameof(options.Softmax)} or {nameof(options.Labels)} must give [N, C], [N, T, C] or [N, C, H, W], "
                + $"but gives {Shapes.Of(output)}.",
                nameof(module));
        }

        int axis = ClassAxis(output.shape);
        if (options.Labels is { } labels && labels.Count != output.size(axis))
        {
            throw new ArgumentException(
                $"{nameof(options.Labels)} must have a name for each of the {output.size(axis)} classes, but has {labels.Count}.", nameof(options));
        }

        return new Example(input, (options.Softmax ? torch.nn.functional.softmax(output, axis) : output).cpu().contiguous());
    }

    /// <summary>Returns which dimension of an output is that of the classes: the last of sequences [N, T, C], otherwise the second.</summary>
    public static int ClassAxis(IReadOnlyCollection<long> shape) => shape.Count == 3 ? 2 : 1;

    private static Tensor Numbers(OnnxExportOptions options, long[] shape, torch.Generator generator)
    {
        Tensor normal = torch.randn(shape, torch.ScalarType.Float32, generator: generator);
        if (options.Normalization is not { } normalization)
        {
            return normal;
        }

        // Inputs that are of size one only when they have been normalized.
        long[] channels = [1, normalization.Mean.Length, .. Enumerable.Repeat(1L, int.Max(0, shape.Length - 2))];
        Tensor mean = torch.tensor([.. normalization.Mean], channels, torch.ScalarType.Float32);
        Tensor deviation = torch.tensor([.. normalization.StandardDeviation], channels, torch.ScalarType.Float32);
        return torch.addcmul(mean, normal, deviation, KeptAliveScalar.One);
    }

    private static Tensor Indices(long count, long[] shape, torch.Generator generator) =>
        (torch.rand(shape, torch.ScalarType.Float64, generator: generator) * torch.tensor([(double)count], [1])).to(torch.ScalarType.Int64);
}
