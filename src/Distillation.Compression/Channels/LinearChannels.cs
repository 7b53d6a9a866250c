using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>A linear map of the last dimension: weights [O, I].</summary>
internal sealed class LinearChannels(string path, Linear layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override int ChannelDimension => -1;

    public override int? InputDimension => 1;

    public override LayerWeights Weights => new() { Weight = layer.weight, Bias = layer.bias };

    public override void Set(LayerWeights weights)
    {
        layer.weight = MakeParameter(weights.Weight, layer.weight);
        layer.bias = MakeParameter(weights.Bias, layer.bias);
        layer.out_features = layer.weight.size(0);
        layer.in_features = layer.weight.size(1);
    }
}
