namespace Distillation.Tests.Golden;

/// <summary>A tensor of a golden file: its shape and its numbers in row-major order.</summary>
internal sealed record GoldenTensor(long[] Shape, double[] Data, string Dtype = "float64")
{
    public Tensor ToTensor() =>
        Dtype == "int64"
            ? torch.tensor([.. Data.Select(value => (long)value)], Shape, torch.ScalarType.Int64)
            : torch.tensor(Data, Shape, torch.ScalarType.Float64);
}
