using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>A convolution of one group: weights [O, I, ...], or [I, O, ...] where it is transposed.</summary>
internal sealed class ConvolutionChannels(string path, Convolution layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override int ChannelDimension => 1;

    public override int OutputDimension => layer.transposed ? 1 : 0;

    public override int? InputDimension => 1 - OutputDimension;

    public override LayerWeights Weights => new() { Weight = layer.weight, Bias = layer.bias };

    public override void Set(LayerWeights weights)
    {
        layer.weight = MakeParameter(weights.Weight, layer.weight);
        layer.bias = MakeParameter(weights.Bias, layer.bias);
        ConvolutionSizes.Follow(layer);
    }
}
