namespace Distillation.Tests.Losses.Features;

/// <summary>A map in plain numbers, and what is done to maps, written as loops from the formulas.</summary>
internal sealed class Plain(int samples, int channels, int height, int width)
{
    public Plain(Tensor map)
        : this((int)map.size(0), (int)map.size(1), (int)map.size(2), (int)map.size(3)) => Values = Close.Numbers(map);

    public double[] Values { get; } = new double[samples * channels * height * width];

    public int Channels => channels;

    public int Height => height;

    public double this[int n, int c, int h, int w]
    {
        get => Values[(((((n * channels) + c) * height) + h) * width) + w];
        set => Values[(((((n * channels) + c) * height) + h) * width) + w] = value;
    }

    public static Plain Make(int samples, int channels, int height, int width, Func<int, int, int, int, double> value)
    {
        var made = new Plain(samples, channels, height, width);
        made.Each((n, c, h, w) => made[n, c, h, w] = value(n, c, h, w));
        return made;
    }

    public Plain Map(int newChannels, Func<int, int, int, int, double> value) => Make(samples, newChannels, height, width, value);

    /// <summary>The mean over cells of equal size.</summary>
    public Plain Average(int grid) => Make(samples, channels, grid, grid, (n, c, h, w) =>
        Range(height / grid).Average(i => Range(width / grid).Average(j => this[n, c, (h * height / grid) + i, (w * width / grid) + j])));

    public Plain Nearest(int size) => Make(samples, channels, size, size, (n, c, h, w) => this[n, c, h * height / size, w * width / size]);

    /// <summary>A convolution that keeps the size; the weight is [to, from, kernel, kernel].</summary>
    public Plain Convolve(Tensor weight, double[]? bias = null)
    {
        double[] numbers = Close.Numbers(weight);
        (int to, int kernel) = ((int)weight.size(0), (int)weight.size(2));
        return Map(to, (n, c, h, w) =>
        {
            double sum = bias?[c] ?? 0;
            foreach (int from in Range(channels))
            {
                foreach (int i in Range(kernel))
                {
                    foreach (int j in Range(kernel))
                    {
                        (int y, int x) = (h + i - (kernel / 2), w + j - (kernel / 2));
                        bool inside = y >= 0 && y < height && x >= 0 && x < width;
                        sum += inside ? this[n, from, y, x] * numbers[(((((c * channels) + from) * kernel) + i) * kernel) + j] : 0;
                    }
                }
            }

            return sum;
        });
    }

    /// <summary>Batch norm by the statistics of the batch.</summary>
    public Plain Normalize(double[] weight, double[] bias)
    {
        double[] mean = [.. Range(channels).Select(c => Places().Average(place => this[place.N, c, place.H, place.W]))];
        double[] variance = [.. Range(channels).Select(c => Places().Average(place => Math.Pow(this[place.N, c, place.H, place.W] - mean[c], 2)))];
        return Map(channels, (n, c, h, w) => ((this[n, c, h, w] - mean[c]) / Math.Sqrt(variance[c] + 1e-5) * weight[c]) + bias[c]);
    }

    public double MeanSquare(Plain other) => Values.Zip(other.Values).Average(pair => Math.Pow(pair.First - pair.Second, 2));

    /// <summary>The loss between two maps at full size and on coarser grids.</summary>
    public double HierarchicalContext(Plain other)
    {
        int[] grids = [.. new[] { 4, 2, 1 }.Where(grid => grid < height)];
        double sum = MeanSquare(other) + grids.Select((grid, i) => Math.Pow(0.5, i + 1) * Average(grid).MeanSquare(other.Average(grid))).Sum();
        return sum / (1 + grids.Select((_, i) => Math.Pow(0.5, i + 1)).Sum());
    }

    private static IEnumerable<int> Range(int count) => Enumerable.Range(0, count);

    private IEnumerable<(int N, int H, int W)> Places() => Range(samples).SelectMany(n => Range(height).SelectMany(h => Range(width).Select(w => (n, h, w))));

    private void Each(Action<int, int, int, int> action)
    {
        foreach ((int n, int h, int w) in Places())
        {
            foreach (int c in Range(channels))
            {
                action(n, c, h, w);
            }
        }
    }
}
