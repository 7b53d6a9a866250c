using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distillation.Losses;

/// <summary>The softmax of one row at a time, in buffers whose length is a whole number of vectors; what is beyond the row has probability 0.</summary>
/// <remarks>
/// Vectors have one width, so that every processor computes the same bits. The same loss over <c>System.Numerics.Tensors.TensorPrimitives</c>, whose width is
/// that of the processor, took twice the time at 10 classes, as much at 100, and 0.82 of it from 1,000 on (an EPYC with AVX-512, .NET 10).
/// </remarks>
internal static class CpuSoftmax
{
    /// <summary>How many vectors are summed in float32 before their sum goes into one of float64: rows of many classes lose no digits.</summary>
    public const int Block = 128;

    private const int Width = 8;

    // Below it the exponential is taken as 0, in place of a number under 2e-38.
    private const float LeastExponent = -87;

    // 1.5 · 2²³: added to a number and taken away, it leaves the next integer, and its last bits have that integer.
    private const float Rounding = 12_582_912;

    // ln 2 in two parts, the first of so few digits that its product with an exponent of float32 is exact.
    private const float HighLn2 = 0.693359375f;
    private const float LowLn2 = -2.12194440e-4f;

    /// <summary>The length of a buffer for a row of so many classes.</summary>
    public static int LengthFor(int classes) => (classes + Width - 1) / Width * Width;

    /// <summary>Computes exp((logit − largest) · inverse) of a row.</summary>
    /// <param name="logits">The row, [C].</param>
    /// <param name="inverse">1/T.</param>
    /// <param name="shifted">Takes (logit − largest) · inverse, and beyond the row −∞.</param>
    /// <param name="exponentials">Takes their exponentials.</param>
    /// <returns>The sum of the exponentials, from 1 on.</returns>
    public static float Exponentials(ReadOnlySpan<float> logits, float inverse, Span<float> shifted, Span<float> exponentials)
    {
        logits.CopyTo(shifted);
        shifted[logits.Length..].Fill(float.NegativeInfinity);
        Span<Vector256<float>> from = MemoryMarshal.Cast<float, Vector256<float>>(shifted);
        Span<Vector256<float>> to = MemoryMarshal.Cast<float, Vector256<float>>(exponentials);

        // These maxima let a NaN through.
        Vector256<float> largest = from[0];
        foreach (Vector256<float> some in from[1..])
        {
            largest = Vector256.Max(largest, some);
        }

        float most = float.NegativeInfinity;
        for (int i = 0; i < Width; i++)
        {
            most = MathF.Max(most, largest[i]);
        }

        Vector256<float> shift = Vector256.Create(most);
        Vector256<float> scale = Vector256.Create(inverse);
        double sum = 0;
        for (int start = 0; start < from.Length; start += Block)
        {
            Vector256<float> ofBlock = Vector256<float>.Zero;
            for (int i = start; i < Math.Min(start + Block, from.Length); i++)
            {
                from[i] = (from[i] - shift) * scale;
                to[i] = Exp(from[i]);
                ofBlock += to[i];
            }

            sum += Vector256.Sum(ofBlock);
        }

        return (float)sum;
    }

    /// <summary>Adds value · scale − offset to each number of a row.</summary>
    public static void Add(Span<float> row, ReadOnlySpan<float> values, float scale, float offset)
    {
        Vector256<float> scales = Vector256.Create(scale);
        Vector256<float> offsets = Vector256.Create(offset);
        int i = 0;
        for (; i <= row.Length - Width; i += Width)
        {
            ref float to = ref row[i];
            Vector256<float> value = (Vector256.LoadUnsafe(in values[i]) * scales) - offsets;
            (Vector256.LoadUnsafe(in to) + value).StoreUnsafe(ref to);
        }

        for (; i < row.Length; i++)
        {
            row[i] += (values[i] * scale) - offset;
        }
    }

    // The exponential of numbers that are not positive, to less than 2e-7 of it: 2ⁿ · eʳ for |r| of at most half of ln 2, by the series up to r⁷. That of
    // .NET computes in float64.
    private static Vector256<float> Exp(Vector256<float> x)
    {
        Vector256<float> shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), Vector256.Create(Rounding));
        Vector256<float> n = shifted - Vector256.Create(Rounding);
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-HighLn2), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-LowLn2), r);
        Vector256<float> series = Vector256.Create(1f / 5040);
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1f / 720));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1f / 120));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1f / 24));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(1f / 6));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256.Create(0.5f));
        series = Vector256.FusedMultiplyAdd(series, r, Vector256<float>.One);
        series = Vector256.FusedMultiplyAdd(series, r, Vector256<float>.One);
        Vector256<float> power = ((shifted.AsInt32() << 23) + Vector256<float>.One.AsInt32()).AsSingle();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(LeastExponent)), Vector256<float>.Zero, series * power);
    }
}
