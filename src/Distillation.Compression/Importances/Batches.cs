using Distillation.Models;

namespace Distillation.Compression.Importances;

/// <summary>Passes over data.</summary>
internal static class Batches
{
    /// <summary>Runs all batches in order, each in a dispose scope, on the device of the network.</summary>
    public static void Run(IDataSource data, int batchSize, torch.nn.Module network, Func<Batch, Tensor> run)
    {
        OneDnnCheck.Run(network);
        torch.Device device = ModuleTree.DeviceOf(network);
        for (long first = 0; first < data.Count; first += batchSize)
        {
            using var scope = torch.NewDisposeScope();
            using Tensor indices = KeptAliveScalar.Arange(first, Math.Min(first + batchSize, data.Count));
            _ = run(data.Read(indices).To(device));
        }
    }
}
