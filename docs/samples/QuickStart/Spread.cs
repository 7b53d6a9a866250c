using System.Globalization;

namespace QuickStart;

/// <summary>A measure over several seeds or clients.</summary>
internal sealed class Spread(IEnumerable<double> values)
{
    public IReadOnlyList<double> Values { get; } = [.. values];

    public double Mean => Values.Average();

    /// <summary>Gets the sample standard deviation; none of a single value.</summary>
    public double? StandardDeviation => Values.Count == 1 ? null : Math.Sqrt(Values.Sum(value => Math.Pow(value - Mean, 2)) / (Values.Count - 1));

    public static Spread Of(IReadOnlyList<double> first, IReadOnlyList<double> second) => new(second.Zip(first, (later, earlier) => later - earlier));

    public static string Describe(IReadOnlyList<int> seeds) =>
        seeds.Count == 1 ? FormattableString.Invariant($"seed {seeds[0]}") : FormattableString.Invariant($"mean ± standard deviation of {seeds.Count} seeds");

    public static string Percent(double share) => $"{Number(100 * share, "0.0")} %";

    public string Show(string format, double scale = 1)
    {
        string mean = Number(scale * Mean, format);
        return StandardDeviation is { } deviation ? $"{mean} ± {Number(scale * deviation, format.Split(';')[0].TrimStart('+'))}" : mean;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
