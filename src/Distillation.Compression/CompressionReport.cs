using Distillation.Compression.Channels;
using Distillation.Evaluation;

namespace Distillation.Compression;

/// <summary>What a network has become: its cost, and how far its outputs have moved before any training.</summary>
public sealed record CompressionReport
{
    /// <summary>Gets the cost before.</summary>
    public required ModelCost Before { get; init; }

    /// <summary>Gets the cost after.</summary>
    public required ModelCost After { get; init; }

    /// <summary>Gets the change of the outputs of the sample inputs: <c>‖after − before‖ / ‖before‖</c>, L2.</summary>
    /// <value>Zero or positive; 1 is as far as an output of zeros.</value>
    public required double OutputChange { get; init; }

    /// <summary>Gets the layers that were pruned, or were to be, in the order of the network.</summary>
    public required IReadOnlyList<PrunedLayer> Layers { get; init; }

    /// <summary>Describes the cost, the change and each layer.</summary>
    /// <returns>A few lines, with 4 significant digits.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            $"{Brief.Of((double)Before.Parameters)} parameters became {Brief.Of((double)After.Parameters)}, "
            + $"{Brief.Of((double?)Before.MultiplyAdds)} multiply-adds "
            + $"{Brief.Of((double?)After.MultiplyAdds)}; outputs changed by {Brief.Of(OutputChange)} of their norm.",
            .. Layers.Select(layer => $"  {layer}"),
        ]);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(CompressionReport),
        (nameof(Before), Before),
        (nameof(After), After),
        (nameof(OutputChange), OutputChange),
        (nameof(Layers), Layers));

    // Timing is no part of it: two runs are enough for a latency that nobody compares.
    internal static ModelCost CostOf(torch.nn.Module network, Tensor sampleInputs) => ModelCost.Measure(network, sampleInputs, runs: 2);

    internal static CompressionReport Of(
        ModelCost before, Tensor outputsBefore, torch.nn.Module<Tensor, Tensor> network, Tensor sampleInputs, IReadOnlyList<PrunedLayer> layers)
    {
        using var noGradient = torch.no_grad();
        using Tensor outputs = network.call(sampleInputs);
        return new()
        {
            Before = before,
            After = CostOf(network, sampleInputs),
            OutputChange = ChannelTrial.Difference(outputs, outputsBefore),
            Layers = layers,
        };
    }
}
