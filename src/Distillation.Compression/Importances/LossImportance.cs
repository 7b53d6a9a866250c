using Distillation.Compression.Channels;

namespace Distillation.Compression.Importances;

/// <summary>The squared first-order effect on the loss of each channel's weights, in the mean over batches.</summary>
internal sealed class LossImportance(IDataSource data, Func<Tensor, Batch, Tensor> loss, int batchSize) : ChannelImportance
{
    public override IReadOnlyDictionary<string, double[]> Measure(
        torch.nn.Module<Tensor, Tensor> network, IReadOnlyDictionary<string, torch.nn.Module<Tensor, Tensor>> layers)
    {
        ChannelLayer[] measured = [.. layers.Select(layer => ChannelLayer.Of(layer.Key, layer.Value)!)];
        double[][] sums = [.. measured.Select(layer => new double[layer.Outputs])];
        int batches = 0;
        try
        {
            Batches.Run(data, batchSize, network, batch =>
            {
                Clear(network);
                Tensor value = loss(network.call(batch.Inputs), batch);
                value.backward();
                batches++;
                foreach ((int number, ChannelLayer layer) in measured.Index())
                {
                    Add(sums[number], layer);
                }

                return value;
            });
        }
        finally
        {
            Clear(network);
        }

        return measured.Zip(sums).ToDictionary(pair => pair.First.Path, pair => Array.ConvertAll(pair.Second, sum => sum / batches));
    }

    private static void Add(double[] sums, ChannelLayer layer)
    {
        if (layer.Weights.Weight!.grad is not { } gradient)
        {
            return;
        }

        using var noGradient = torch.no_grad();
        double[] effects = PerChannel.Sums(layer.Weights.Weight.detach() * gradient, layer.OutputDimension);
        for (int channel = 0; channel < sums.Length; channel++)
        {
            sums[channel] += effects[channel] * effects[channel];
        }
    }

    private static void Clear(torch.nn.Module network)
    {
        foreach (Parameter parameter in network.parameters())
        {
            parameter.grad = null;
        }
    }
}
