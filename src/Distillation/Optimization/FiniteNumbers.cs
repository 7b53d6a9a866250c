namespace Distillation;

/// <summary>Returns whether numbers are finite. This waits for the device.</summary>
internal static class FiniteNumbers
{
    public static bool Is(Tensor scalar)
    {
        if (scalar.dtype == torch.ScalarType.Float32)
        {
            return float.IsFinite(scalar.item<float>());
        }

        using Tensor number = scalar.to(torch.ScalarType.Float64);
        return double.IsFinite(number.item<double>());
    }

    /// <summary>Looks at all tensors of one type and device in one call.</summary>
    public static bool Are(IEnumerable<Tensor> tensors)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return tensors.Where(tensor => tensor.numel() > 0).GroupBy(tensor => (tensor.dtype, tensor.device_type, tensor.device_index))
            .All(alike => HaveFiniteNorms([.. alike.Select(Dense)]));
    }

    // The L2 norm is the fast one; of large numbers it can be infinite where the largest of them is not.
    private static bool HaveFiniteNorms(Tensor[] tensors)
    {
        using Tensor length = FusedKernels.LongestNorm(tensors, order: 2);
        if (Is(length))
        {
            return true;
        }

        using Tensor largest = FusedKernels.LongestNorm(tensors, double.PositiveInfinity);
        return Is(largest);
    }

    private static Tensor Dense(Tensor tensor) => tensor.is_sparse ? tensor.to_dense() : tensor;
}
