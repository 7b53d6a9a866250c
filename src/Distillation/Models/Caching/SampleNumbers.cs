using System.Runtime.InteropServices;

namespace Distillation.Caching;

/// <summary>The numbers of a batch as a span over the tensor's own memory.</summary>
internal static class SampleNumbers
{
    public static ReadOnlySpan<long> Of(Tensor samples)
    {
        if (samples.dim() != 1 || samples.dtype != torch.ScalarType.Int64 || samples.device_type != DeviceType.CPU || !samples.is_contiguous())
        {
            throw new ArgumentException(
                $"Numbers of samples must be [N] int64 on the processor, without gaps, but are {Shapes.Of(samples)} {samples.dtype} on {samples.device}.",
                nameof(samples));
        }

        return MemoryMarshal.Cast<byte, long>(samples.bytes);
    }

    public static void RequireWithin(ReadOnlySpan<long> samples, long count)
    {
        foreach (long sample in samples)
        {
            if (sample < 0 || sample >= count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(samples),
                    sample,
                    $"The store is for {count} samples, numbers 0 to {count - 1}, but number {sample} is required. "
                    + "Make it for the data that it is used with.");
            }
        }
    }
}
