using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>Inputs [N, C, H, W] of one or three channels as PNG files.</summary>
internal static class SampleImages
{
    // A report is sent by mail: larger images are reduced by the mean of their pixels.
    private const int LargestSide = 128;

    private const int Levels = 256;

    /// <summary>Returns whether inputs are images.</summary>
    public static bool Are(Tensor inputs) => inputs.dim() == 4 && inputs.size(1) is 1 or 3;

    /// <summary>Encodes images, and returns the numbers that are black and white.</summary>
    /// <param name="inputs">[N, C, H, W] of any type and device.</param>
    /// <param name="range">The numbers that are black and white, or <see langword="null"/> for the smallest and the largest of all that are finite.</param>
    public static (IReadOnlyList<(byte[] Png, int Width, int Height)> Images, Interval Range) Encode(Tensor inputs, Interval? range)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor images = Reduced(inputs.detach().cpu().to(torch.ScalarType.Float64));
        (int channels, int height, int width) = ((int)images.size(1), (int)images.size(2), (int)images.size(3));
        double[] values = images.permute(0, 2, 3, 1).contiguous().data<double>().ToArray();
        Interval shown = range ?? RangeOf(values);
        byte[] pixels = [.. values.Select(value => Level(value, shown))];
        int length = channels * height * width;
        return (
            [.. pixels.Chunk(length).Select(image => (PngImage.Encode(image, (width, height), channels), width, height))],
            shown);
    }

    private static Tensor Reduced(Tensor images)
    {
        double scale = (double)LargestSide / Math.Max(images.size(2), images.size(3));
        return scale >= 1
            ? images
            : torch.nn.functional.adaptive_avg_pool2d(images, [Side(images.size(2)), Side(images.size(3))]);

        long Side(long pixels) => Math.Max(1, (long)Math.Round(scale * pixels));
    }

    private static Interval RangeOf(double[] values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        return finite.Length == 0 ? new(0, 1) : new(finite.Min(), finite.Max());
    }

    // Equal parts of the range; what is beyond is black or white, what is no number black.
    private static byte Level(double value, Interval range) => !(value > range.Low) ? (byte)0
        : value >= range.High ? (byte)(Levels - 1)
        : (byte)Math.Round((Levels - 1) * (value - range.Low) / (range.High - range.Low));
}
