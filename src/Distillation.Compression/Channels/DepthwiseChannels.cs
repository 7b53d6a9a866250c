using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>A convolution of each channel by itself: weights [C, 1, ...] in C groups.</summary>
internal sealed class DepthwiseChannels(string path, Convolution layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override int ChannelDimension => 1;

    public override LayerWeights Weights => new() { Weight = layer.weight, Bias = layer.bias };

    public override void Set(LayerWeights weights)
    {
        layer.weight = MakeParameter(weights.Weight, layer.weight);
        layer.bias = MakeParameter(weights.Bias, layer.bias);
        layer.groups = layer.weight.size(0);
        ConvolutionSizes.Follow(layer);
    }
}
