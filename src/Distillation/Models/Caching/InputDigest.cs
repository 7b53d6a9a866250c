using System.Numerics;
using System.Runtime.InteropServices;

namespace Distillation.Caching;

/// <summary>
/// A number that stands for the inputs of a sample: other inputs have, as good as always, another one. It does not withstand an attack.
/// </summary>
internal static class InputDigest
{
    /// <summary>Returns the digest of each sample of a batch.</summary>
    public static ulong[] OfAll(Batch batch)
    {
        using Tensor inputs = Near(batch.Inputs);
        ReadOnlySpan<byte> bytes = inputs.bytes;
        int length = bytes.Length / (int)batch.Count;
        var digests = new ulong[batch.Count];
        for (int row = 0; row < digests.Length; row++)
        {
            digests[row] = Of(bytes.Slice(row * length, length));
        }

        return digests;
    }

    /// <summary>Returns the digest of one sample of a batch.</summary>
    public static ulong Of(Batch batch, long row)
    {
        if (batch.Inputs.device_type == DeviceType.CPU && batch.Inputs.is_contiguous())
        {
            ReadOnlySpan<byte> bytes = batch.Inputs.bytes;
            int length = bytes.Length / (int)batch.Count;
            return Of(bytes.Slice((int)row * length, length));
        }

        using Tensor one = batch.Inputs.narrow(0, row, 1);
        using Tensor near = Near(one);
        return Of(near.bytes);
    }

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        const ulong Spread = 0x9E3779B97F4A7C15UL;
        unchecked
        {
            ulong digest = (ulong)bytes.Length;
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
            {
                digest = BitOperations.RotateLeft(digest ^ word, 29) * Spread;
            }

            foreach (byte left in bytes[(bytes.Length & ~7)..])
            {
                digest = BitOperations.RotateLeft(digest ^ left, 29) * Spread;
            }

            return SplitMix64.Mix(digest, 0);
        }
    }

    private static Tensor Near(Tensor inputs)
    {
        using Tensor near = inputs.detach().cpu();
        return near.contiguous().DetachFromDisposeScope();
    }
}
