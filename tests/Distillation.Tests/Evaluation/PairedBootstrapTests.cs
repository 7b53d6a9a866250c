using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

/// <summary>The variance over seeds is that of Student's t; over samples, about the same with groups in place of seeds.</summary>
public sealed class PairedBootstrapTests
{
    // Of Student's t at 95 %: three and eleven degrees of freedom.
    private const double QuantileOfThree = 3.182446;
    private const double QuantileOfEleven = 2.200985;

    private static readonly double[] Gains = [0.04, 0.01, 0.07, 0.02];

    [Fact]
    public void Interval_over_seeds_with_one_group_is_Students()
    {
        (double mean, Interval interval) = Difference([.. Gains.Select(gain => (double[])[gain])]);

        double deviation = Math.Sqrt(Gains.Sum(gain => (gain - 0.035) * (gain - 0.035)) / 3);
        mean.Should().BeApproximately(0.035, 1e-12);
        interval.High.Should().BeApproximately(0.035 + (QuantileOfThree * deviation / 2), 1e-6);
        interval.Low.Should().BeApproximately(0.035 - (QuantileOfThree * deviation / 2), 1e-6);
    }

    [Fact]
    public void Interval_over_groups_with_one_seed_is_about_Students()
    {
        double[] groups = [.. Enumerable.Range(0, 12).Select(number => 0.1 * number)];

        (double mean, Interval interval) = Difference([groups]);

        double deviation = Math.Sqrt(groups.Sum(gain => (gain - 0.55) * (gain - 0.55)) / 11);
        mean.Should().BeApproximately(0.55, 1e-12);
        (interval.High - mean).Should().BeApproximately(mean - interval.Low, 1e-12);
        (interval.High - mean).Should().BeApproximately(QuantileOfEleven * deviation / Math.Sqrt(12), 0.03, "400 draws estimate a deviation to a few percent");
    }

    [Fact]
    public void Variances_of_seeds_and_groups_add_up()
    {
        double[] groups = [-0.05, 0.05, -0.02, 0.02, 0.04, -0.04];
        double[][] both = [.. Gains.Select(gain => groups.Select(group => gain + group).ToArray())];
        double ofSeeds = Width(Difference([.. Gains.Select(gain => (double[])[gain])]).Interval);

        double width = Width(Difference(both).Interval);

        // The groups differ alike for every seed: their mean has the variance of one seed.
        double ofBoth = 2 * Math.Sqrt((Variance(Gains) / 4) + (Variance(groups) / 6));
        (width / ofBoth).Should().BeInRange(2, 3.2, "there are between 3 and 8 degrees of freedom");
        width.Should().BeLessThan(1.5 * ofSeeds);

        static double Variance(double[] numbers) => numbers.Sum(number => Math.Pow(number - numbers.Average(), 2)) / (numbers.Length - 1);
    }

    [Fact]
    public void Interval_has_no_end_where_nothing_is_repeated_or_the_metric_is_not_defined()
    {
        Interval all = new(double.NegativeInfinity, double.PositiveInfinity);

        Difference([[0.5]]).Should().Be((0.5, all));
        Difference([[double.NaN, 1]]).Interval.Should().Be(all);
        Difference([[0.5, 0.5]]).Interval.Should().Be(new Interval(0.5, 0.5));
        Difference([[0.5], [0.5]]).Interval.Should().Be(new Interval(0.5, 0.5));
    }

    [Fact]
    public void Seed_and_level_are_used()
    {
        double[][] groups = [[0.1, 0.5, 0.2, 0.9]];
        Interval interval = Difference(groups).Interval;

        Difference(groups).Interval.Should().Be(interval);
        Difference(groups, seed: 6).Interval.Should().NotBe(interval);
        Width(Difference(groups, level: 0.5).Interval).Should().BeLessThan(Width(interval));
    }

    private static double Width(Interval interval) => interval.High - interval.Low;

    // For each seed the gains of groups of one sample: the first arm has 1 in all of them.
    private static (double Mean, Interval Interval) Difference(double[][] gains, double level = 0.95, int seed = 5) => PairedBootstrap.Difference(
        new MeanOfNumbers(),
        [.. gains.Select(seeds => seeds.Select(_ => Group(1)).ToArray())],
        [.. gains.Select(seeds => seeds.Select(gain => Group(1 + gain)).ToArray())],
        level,
        seed);

    private static GroupState Group(double number) => new() { Shape = [2], Numbers = [number, 1] };

    private sealed class MeanOfNumbers : Metric
    {
        public override bool HigherIsBetter => true;

        public override Tensor Measure(MetricInput input) => throw new NotSupportedException();

        public override double Compute(Tensor state) => state[0].item<double>() / state[1].item<double>();
    }
}
