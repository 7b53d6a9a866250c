using TorchSharp.Modules;

namespace Distillation.Compression.Channels;

/// <summary>A layer whose weights lie along channels: how many it takes and outputs, and how it gets weights of fewer.</summary>
internal abstract class ChannelLayer(string path)
{
    /// <summary>Gets the path of the layer in the network.</summary>
    public string Path { get; } = path;

    /// <summary>Gets the module.</summary>
    public abstract torch.nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>Gets whether output channel c depends on input channel c alone, as in normalization: both are one.</summary>
    public bool IsChannelwise => InputDimension is null && !IsSource;

    /// <summary>Gets whether the layer takes no channels, as an embedding.</summary>
    public virtual bool IsSource => false;

    /// <summary>Gets the dimension of inputs and outputs that has the channels: 1, or −1 for the last.</summary>
    public abstract int ChannelDimension { get; }

    /// <summary>Gets the dimension of the weight with the channels of the output.</summary>
    public virtual int OutputDimension => 0;

    /// <summary>Gets the dimension of the weight with the channels of the input.</summary>
    /// <value><see langword="null"/> where no weight mixes channels.</value>
    public virtual int? InputDimension => null;

    /// <summary>Gets the number of channels of the output.</summary>
    public int Outputs => (int)((Weights.Weight ?? Weights.Mean)!.size(OutputDimension));

    /// <summary>Gets the number of channels of the input.</summary>
    /// <value>0 of a source, <see cref="Outputs"/> of a channelwise layer.</value>
    public int Inputs => InputDimension is { } dimension ? (int)Weights.Weight!.size(dimension) : IsSource ? 0 : Outputs;

    /// <summary>Gets the tensors of the layer, which stay its own.</summary>
    public abstract LayerWeights Weights { get; }

    /// <summary>Returns the layers of a network, each module once, in its order.</summary>
    public static ChannelLayer[] AllOf(torch.nn.Module network) =>
    [
        .. network.named_modules().Prepend(("", network)).DistinctBy(module => module.Item2).Select(module => Of(module.Item1, module.Item2))
            .OfType<ChannelLayer>(),
    ];

    /// <summary>Returns the layer of a module.</summary>
    /// <returns><see langword="null"/> for a module whose channels are not known.</returns>
    public static ChannelLayer? Of(string path, torch.nn.Module module) => module switch
    {
        Convolution { groups: 1 } convolution => new ConvolutionChannels(path, convolution),
        Convolution { transposed: false } convolution when convolution.groups == convolution.weight.size(0) && convolution.weight.size(1) == 1 =>
            new DepthwiseChannels(path, convolution),
        Linear linear => new LinearChannels(path, linear),
        NormBase norm when norm.weight is not null || norm.running_mean is not null => new NormalizationChannels(path, norm),
        PReLU prelu when prelu.weight.numel() > 1 => new PReLUChannels(path, prelu),
        Embedding embedding => new EmbeddingChannels(path, embedding),
        _ => null,
    };

    /// <summary>Cuts the layer to some of its channels, in new tensors.</summary>
    /// <param name="inputs">The input channels to keep, [K] int64; <see langword="null"/> for all.</param>
    /// <param name="outputs">The output channels to keep, likewise; of a channelwise layer those of the input.</param>
    public void Cut(Tensor? inputs, Tensor? outputs)
    {
        using LayerWeights cut = Weights.Cut(inputs, outputs, InputDimension, OutputDimension);
        Set(cut);
    }

    /// <summary>Puts copies of tensors, which may have other numbers of channels, in the place of the layer's own.</summary>
    public abstract void Set(LayerWeights weights);

    // The layer disposes its former parameter, and keeps the new one out of the caller's scope.
    protected static Parameter MakeParameter(Tensor? tensor, Parameter? former)
    {
        if (tensor is null)
        {
            return null!;
        }

        var parameter = new Parameter(tensor.clone(), former!.requires_grad);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    protected static Tensor MakeBuffer(Tensor? tensor) => tensor is null ? null! : tensor.clone().DetachFromDisposeScope();
}
