using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>An embedding: weights [vocabulary, O].</summary>
internal sealed class EmbeddingChannels(string path, Embedding layer) : ChannelLayer(path)
{
    public override torch.nn.Module<Tensor, Tensor> Module => layer;

    public override bool IsSource => true;

    public override int ChannelDimension => -1;

    public override int OutputDimension => 1;

    public override LayerWeights Weights => new() { Weight = layer.weight };

    public override void Set(LayerWeights weights)
    {
        // Unlike those of other layers, this property does not dispose the parameter that it replaces.
        using Parameter former = layer.weight!;
        layer.weight = MakeParameter(weights.Weight, former);
    }
}
