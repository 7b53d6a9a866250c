using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.LowRank;

/// <summary>Builds a network in which layers are products of two.</summary>
internal static class LowRankNetwork
{
    /// <summary>Takes the layers of a network; those that become two are disposed.</summary>
    public static Sequential Of(Sequential network, IReadOnlyDictionary<string, LayerFactors> factors, string prefix) => Sequential(
    [
        .. network.named_children().ToArray().Select(child => (child.name, Layer(child.module, factors, prefix + child.name))),
    ]);

    private static Module<Tensor, Tensor> Layer(Module module, IReadOnlyDictionary<string, LayerFactors> factors, string path)
    {
        if (module is Sequential inner)
        {
            return Of(inner, factors, $"{path}.");
        }

        var layer = (Module<Tensor, Tensor>)module;
        if (!factors.TryGetValue(path, out LayerFactors? pair))
        {
            return layer;
        }

        Sequential thin = layer is Linear linear ? Thin(linear, pair) : Thin((Conv2d)layer, pair);
        layer.Dispose();
        return thin;
    }

    private static Sequential Thin(Linear layer, LayerFactors factors)
    {
        Linear reduce = Linear(factors.Reduce.size(1), factors.Rank, hasBias: false);
        Linear expand = Linear(factors.Rank, factors.Outputs, hasBias: layer.bias is not null);
        reduce.weight = Weight(factors.Reduce, factors.Reduce.shape);
        expand.weight = Weight(factors.Expand, factors.Expand.shape);
        if (layer.bias is not null)
        {
            expand.bias = Weight(layer.bias, layer.bias.shape);
        }

        return Sequential(("reduce", reduce), ("expand", expand));
    }

    private static Sequential Thin(Conv2d layer, LayerFactors factors)
    {
        long inputs = layer.weight.size(1);
        Conv2d reduce = Conv2d(
            inputs,
            factors.Rank,
            (layer.kernel_size[0], layer.kernel_size[1]),
            (layer.stride[0], layer.stride[1]),
            (layer.padding![0], layer.padding[1]),
            (layer.dilation[0], layer.dilation[1]),
            bias: false);
        Conv2d expand = Conv2d(factors.Rank, factors.Outputs, (1L, 1L), bias: layer.bias is not null);
        reduce.weight = Weight(factors.Reduce, [factors.Rank, inputs, layer.kernel_size[0], layer.kernel_size[1]]);
        expand.weight = Weight(factors.Expand, [factors.Outputs, factors.Rank, 1, 1]);
        if (layer.bias is not null)
        {
            expand.bias = Weight(layer.bias, layer.bias.shape);
        }

        return Sequential(("reduce", reduce), ("expand", expand));
    }

    private static Parameter Weight(Tensor values, long[] shape)
    {
        using var noGradient = torch.no_grad();
        var parameter = new Parameter(values.detach().clone().view(shape), requires_grad: true);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
