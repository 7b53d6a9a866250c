using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>Batch or instance normalization: statistics, scale and shift of each channel.</summary>
internal sealed class NormalizationChannels(string path, NormBase layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override int ChannelDimension => 1;

    public override LayerWeights Weights =>
        new() { Weight = layer.weight, Bias = layer.bias, Mean = layer.running_mean, Variance = layer.running_var };

    public override void Set(LayerWeights weights)
    {
        if (weights.Weight is not null)
        {
            layer.weight = MakeParameter(weights.Weight, layer.weight);
            layer.bias = MakeParameter(weights.Bias, layer.bias);
        }

        layer.running_mean = MakeBuffer(weights.Mean);
        layer.running_var = MakeBuffer(weights.Variance);
    }
}
