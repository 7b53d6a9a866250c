namespace Distillation.Images.Decoding;

/// <summary>The pixels of a line that each pixel of the resized line is made of, with their weights in fixed point.</summary>
internal sealed class ResampleFilter
{
    /// <summary>The bits behind the point of a weight.</summary>
    public const int FractionBits = 22;

    private readonly int[] _firsts;
    private readonly int[][] _weights;

    private ResampleFilter(int[] firsts, int[][] weights) => (_firsts, _weights) = (firsts, weights);

    /// <summary>Gets the first pixel of the source that is read.</summary>
    public int Begin => _firsts.Min();

    /// <summary>Gets the pixel behind the last one that is read.</summary>
    public int End => _firsts.Zip(_weights, (first, weights) => first + weights.Length).Max();

    public int First(int target) => _firsts[target];

    public ReadOnlySpan<int> Weights(int target) => _weights[target];

    /// <summary>Computes the filter of pixels [cut, cut + kept) of a line of so many source pixels that is scaled to so many.</summary>
    public static ResampleFilter Of(int source, int scaled, int cut, int kept, ImageInterpolation interpolation)
    {
        double scale = (double)source / scaled;
        var firsts = new int[kept];
        var weights = new int[kept][];
        for (int target = 0; target < kept; target++)
        {
            double center = (cut + target + 0.5) * scale;
            (firsts[target], weights[target]) = interpolation == ImageInterpolation.Nearest || source == scaled
                ? (Math.Min((int)center, source - 1), [1 << FractionBits])
                : Around(center, scale, source, interpolation);
        }

        return new ResampleFilter(firsts, weights);
    }

    // The filter is widened when the image shrinks, and cut off and normalized at the edges.
    private static (int First, int[] Weights) Around(double center, double scale, int source, ImageInterpolation interpolation)
    {
        double widening = Math.Max(scale, 1);
        double support = Radius(interpolation) * widening;
        int first = Math.Max((int)(center - support + 0.5), 0);
        int end = Math.Min((int)(center + support + 0.5), source);
        var exact = new double[end - first];
        double inverse = 1 / widening;
        double sum = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            exact[i] = Kernel((i + first - center + 0.5) * inverse, interpolation);
            sum += exact[i];
        }

        return (first, Array.ConvertAll(exact, weight => (int)Math.Round(weight / sum * (1 << FractionBits), MidpointRounding.AwayFromZero)));
    }

    private static double Radius(ImageInterpolation interpolation) => interpolation switch
    {
        ImageInterpolation.Bicubic => 2,
        ImageInterpolation.Lanczos => 3,
        _ => 1,
    };

    private static double Kernel(double offset, ImageInterpolation interpolation)
    {
        double x = Math.Abs(offset);
        return interpolation switch
        {
            ImageInterpolation.Bicubic when x < 1 => (((1.5 * x) - 2.5) * x * x) + 1,
            ImageInterpolation.Bicubic when x < 2 => (((((x - 5) * x) + 8) * x) - 4) * -0.5,
            ImageInterpolation.Lanczos when x < 3 => Sinc(x) * Sinc(x / 3),
            ImageInterpolation.Bilinear when x < 1 => 1 - x,
            _ => 0,
        };
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
