namespace Distillation.Compression.Importances;

/// <summary>Sums of a tensor over all dimensions but that of the channels.</summary>
internal static class PerChannel
{
    /// <returns>A number for each channel.</returns>
    public static double[] Sums(Tensor values, int channelDimension)
    {
        using var scope = torch.NewDisposeScope();
        Tensor rows = values.movedim([channelDimension], [0]).flatten(1).sum(dim: 1);
        return rows.to(torch.ScalarType.Float64).cpu().data<double>().ToArray();
    }
}
