namespace Distillation;

/// <summary>Tells whether numbers are finite. This waits for the device.</summary>
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

    /// <summary>Looks at all tensors of one type and device in one call: the largest absolute value is finite where all are.</summary>
    public static bool Are(IEnumerable<Tensor> tensors)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return tensors.Where(tensor => tensor.numel() > 0).GroupBy(tensor => (tensor.dtype, tensor.device_type, tensor.device_index))
            .All(alike => IsLargestOf([.. alike.Select(Dense)]));
    }

    private static bool IsLargestOf(Tensor[] tensors)
    {
        using Tensor largest = FusedKernels.Largest(tensors);
        return Is(largest);
    }

    private static Tensor Dense(Tensor tensor) => tensor.is_sparse ? tensor.to_dense() : tensor;
}
