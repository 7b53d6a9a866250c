using System.Buffers;

namespace Distillation.Losses;

/// <summary>Cross entropy with class ids and its gradient, row by row in the processor's memory.</summary>
internal static class CpuCrossEntropy
{
    /// <exception cref="InvalidOperationException">A class id is out of range.</exception>
    public static double Measure(in CpuLogits rows, Span<float> gradient, SmoothedTarget target, double weight)
    {
        int classes = rows.Classes;
        int length = CpuSoftmax.LengthFor(classes);
        float[] buffer = ArrayPool<float>.Shared.Rent(2 * length);
        try
        {
            Span<float> shifted = buffer.AsSpan(0, length);
            Span<float> probabilities = buffer.AsSpan(length, length);
            float slope = (float)(weight / rows.Count);
            float even = (float)target.Other * slope;
            double sum = 0;
            for (int row = 0; row < rows.Count; row++)
            {
                long label = rows.Labels[row];
                if (label < 0 || label >= classes)
                {
                    throw LogitRows.WrongLabel(label, classes);
                }

                float whole = CpuSoftmax.Exponentials(rows.Student.Slice(row * classes, classes), inverse: 1, shifted, probabilities);
                float log = MathF.Log(whole);
                sum -= (target.Label - target.Other) * (shifted[(int)label] - log);
                if (target.Other > 0)
                {
                    sum -= target.Other * (Sum(shifted[..classes]) - (classes * (double)log));
                }

                Span<float> own = gradient.Slice(row * classes, classes);
                float scale = slope / whole;
                CpuSoftmax.Add(own, probabilities, scale, even);
                own[(int)label] -= (float)(target.Label - target.Other) * slope;
            }

            return sum / rows.Count;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        return sum;
    }
}
