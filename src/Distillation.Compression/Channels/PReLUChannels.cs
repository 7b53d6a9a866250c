using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>A PReLU with a slope for each channel.</summary>
internal sealed class PReLUChannels(string path, PReLU layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override int ChannelDimension => 1;

    public override LayerWeights Weights => new() { Weight = layer.weight };

    public override void Set(LayerWeights weights) => layer.weight = MakeParameter(weights.Weight, layer.weight);
}
