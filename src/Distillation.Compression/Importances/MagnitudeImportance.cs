using Distillation.Compression.Channels;

namespace Distillation.Compression.Importances;

/// <summary>The L2 norm of the weights of each output channel.</summary>
internal sealed class MagnitudeImportance : ChannelImportance
{
    public override IReadOnlyDictionary<string, double[]> Measure(
        torch.nn.Module<Tensor, Tensor> network, IReadOnlyDictionary<string, torch.nn.Module<Tensor, Tensor>> layers) =>
        layers.ToDictionary(layer => layer.Key, layer => Norms(ChannelLayer.Of(layer.Key, layer.Value)!));

    private static double[] Norms(ChannelLayer layer)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return PerChannel.Sums(layer.Weights.Weight!.to(torch.ScalarType.Float64).Square(), layer.OutputDimension).Select(Math.Sqrt).ToArray();
    }
}
