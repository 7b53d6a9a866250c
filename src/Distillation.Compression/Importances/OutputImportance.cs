using Distillation.Compression.Channels;

namespace Distillation.Compression.Importances;

/// <summary>The mean absolute output of each channel over data.</summary>
internal sealed class OutputImportance(IDataSource data, int batchSize) : ChannelImportance
{
    public override IReadOnlyDictionary<string, double[]> Measure(
        torch.nn.Module<Tensor, Tensor> network, IReadOnlyDictionary<string, torch.nn.Module<Tensor, Tensor>> layers)
    {
        var sums = new Dictionary<string, double[]>();
        var counts = new Dictionary<string, double>();
        Action[] removals = [.. layers.Select(layer => Watch(layer.Key, layer.Value, sums, counts))];
        try
        {
            using var noGradient = torch.no_grad();
            Batches.Run(data, batchSize, network, batch => network.call(batch.Inputs));
        }
        finally
        {
            Array.ForEach(removals, remove => remove());
        }

        return layers.Keys.ToDictionary(path => path, path => sums.TryGetValue(path, out double[]? sum)
            ? Array.ConvertAll(sum, value => value / counts[path])
            : throw new ArgumentException($"Layer '{path}' does not run where the network does.", nameof(layers)));
    }

    private static Action Watch(string path, torch.nn.Module<Tensor, Tensor> module, Dictionary<string, double[]> sums, Dictionary<string, double> counts)
    {
        int dimension = ChannelLayer.Of(path, module)!.ChannelDimension;
        return module.register_forward_hook((_, _, output) =>
        {
            using var scope = torch.NewDisposeScope();
            double[] sum = PerChannel.Sums(output.detach().abs(), dimension);
            sums[path] = sums.TryGetValue(path, out double[]? before) ? [.. before.Zip(sum, (left, right) => left + right)] : sum;
            counts[path] = counts.GetValueOrDefault(path) + ((double)output.numel() / sum.Length);
            return output;
        }).remove;
    }
}
