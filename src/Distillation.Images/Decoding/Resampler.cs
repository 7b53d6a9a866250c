namespace Distillation.Images.Decoding;

/// <summary>Resizes interleaved pixels of 8 bits: first the rows, then the columns, each rounded to 8 bits, as Pillow does.</summary>
/// <remarks>What is cut off afterwards is not computed.</remarks>
internal static class Resampler
{
    private const int Half = 1 << (ResampleFilter.FractionBits - 1);

    public static byte[] Resample(byte[] pixels, int width, int height, int channels, ResizePlan plan, ImageInterpolation interpolation)
    {
        if (plan.ScaledWidth == width && plan.ScaledHeight == height && plan.KeptWidth == width && plan.KeptHeight == height)
        {
            return pixels;
        }

        var columns = ResampleFilter.Of(width, plan.ScaledWidth, plan.CutLeft, plan.KeptWidth, interpolation);
        var rows = ResampleFilter.Of(height, plan.ScaledHeight, plan.CutTop, plan.KeptHeight, interpolation);
        (int begin, int end) = (rows.Begin, rows.End);
        int stride = plan.KeptWidth * channels;
        byte[] lines = new byte[(end - begin) * stride];
        for (int row = begin; row < end; row++)
        {
            ReadOnlySpan<byte> source = pixels.AsSpan(row * width * channels, width * channels);
            Span<byte> target = lines.AsSpan((row - begin) * stride, stride);
            if (channels == 3)
            {
                AlongOfThree(source, target, columns);
            }
            else
            {
                Along(source, target, columns);
            }
        }

        byte[] result = new byte[plan.KeptHeight * stride];
        var sums = new int[stride];
        for (int row = 0; row < plan.KeptHeight; row++)
        {
            Across(lines.AsSpan((rows.First(row) - begin) * stride), result.AsSpan(row * stride, stride), rows.Weights(row), sums);
        }

        return result;
    }

    private static void Along(ReadOnlySpan<byte> source, Span<byte> target, ResampleFilter filter)
    {
        for (int column = 0; column < target.Length; column++)
        {
            ReadOnlySpan<int> weights = filter.Weights(column);
            ReadOnlySpan<byte> near = source.Slice(filter.First(column), weights.Length);
            int sum = Half;
            for (int i = 0; i < weights.Length; i++)
            {
                sum += near[i] * weights[i];
            }

            target[column] = Round(sum);
        }
    }

    private static void AlongOfThree(ReadOnlySpan<byte> source, Span<byte> target, ResampleFilter filter)
    {
        for (int column = 0; column * 3 < target.Length; column++)
        {
            ReadOnlySpan<int> weights = filter.Weights(column);
            ReadOnlySpan<byte> near = source.Slice(filter.First(column) * 3, weights.Length * 3);
            int red = Half;
            int green = Half;
            int blue = Half;
            foreach (int weight in weights)
            {
                red += near[0] * weight;
                green += near[1] * weight;
                blue += near[2] * weight;
                near = near[3..];
            }

            target[column * 3] = Round(red);
            target[(column * 3) + 1] = Round(green);
            target[(column * 3) + 2] = Round(blue);
        }
    }

    // Line by line, so that the inner loop runs over neighbors and is vectorized.
    private static void Across(ReadOnlySpan<byte> lines, Span<byte> target, ReadOnlySpan<int> weights, Span<int> sums)
    {
        sums.Fill(Half);
        foreach (int weight in weights)
        {
            ReadOnlySpan<byte> line = lines[..sums.Length];
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += line[i] * weight;
            }

            lines = lines[sums.Length..];
        }

        for (int i = 0; i < target.Length; i++)
        {
            target[i] = Round(sums[i]);
        }
    }

    private static byte Round(int sum) => (byte)Math.Clamp(sum >> ResampleFilter.FractionBits, 0, 255);
}
