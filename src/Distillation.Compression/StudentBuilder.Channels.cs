using Distillation.Compression.Pruning;
using Distillation.Evaluation;

namespace Distillation.Compression;

public static partial class StudentBuilder
{
    /// <summary>
    /// Makes a network narrower: removes the least important channels of its layers, in all layers that share them, through normalization, residual sums,
    /// concatenation and flattening.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Which channels belong together is found by running the network, so that it works for any module whose weights are in layers of TorchSharp: linear maps,
    /// convolutions of one group and depthwise ones, batch and instance normalization, PReLU and embeddings. That of <c>torchvision</c> is such: ResNet, VGG,
    /// MobileNet. Channels that other weights depend on, such as layer normalization or convolutions of several groups, stay, with the reason.
    /// </para>
    /// <para>
    /// The weights that stay have their values. The new shape is not in the code of the network: to load its file later, make the network, and give it the
    /// shapes by <see cref="MatchShapes"/>.
    /// </para>
    /// </remarks>
    /// <param name="network">The network, which is changed; its mode is as it was afterward. If anything fails, so are its weights.</param>
    /// <param name="sampleInputs">Inputs [N, ...] as in training, on the device of the network; a few are enough.</param>
    /// <param name="options">How much goes; the defaults if not given.</param>
    /// <returns>What the network has become.</returns>
    /// <exception cref="ArgumentException">No layer has channels that can go, or a pattern of the options has no layer.</exception>
    public static CompressionReport PruneChannels(
        torch.nn.Module<Tensor, Tensor> network, Tensor sampleInputs, ChannelPruningOptions? options = null)
    {
        (network, sampleInputs) = Checked(network, sampleInputs);
        options ??= new();
        using var scope = torch.NewDisposeScope();
        using IDisposable? mode = ModuleTree.Evaluating(network);
        ModelCost before = CompressionReport.CostOf(network, sampleInputs);
        Tensor outputs = Outputs(network, sampleInputs);
        IReadOnlyList<PrunedLayer> layers = new ChannelPruner(network, sampleInputs, options).Run();
        return CompressionReport.Of(before, outputs, network, sampleInputs, layers);
    }

    private static Tensor Outputs(torch.nn.Module<Tensor, Tensor> network, Tensor inputs)
    {
        using var noGradient = torch.no_grad();
        return network.call(inputs);
    }
}
