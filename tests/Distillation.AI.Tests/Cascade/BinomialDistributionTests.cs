using Distillation.Evaluation;

namespace Distillation.AI.Tests;

public sealed class BinomialDistributionTests
{
    // Σ_{i ≤ k} C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ and Σ_{i ≥ k}, summed in exact fractions.
    [Theory]
    [InlineData(0, 59, 0.05, 0.048494525249423236, 1)]
    [InlineData(3, 100, 0.05, 0.2578386591160164, 0.8817370188148791)]
    [InlineData(1, 93, 0.05, 0.04997579524261654, 0.9915219633070561)]
    [InlineData(5, 10, 0.5, 0.623046875, 0.623046875)]
    [InlineData(40, 1000, 0.05, 0.08063657325669116, 0.9401851209480967)]
    [InlineData(260, 500, 0.5, 0.8261679103434929, 0.1977553857174289)]
    [InlineData(2000, 20000, 0.1, 0.5059549542140778, 0.5034478093684296)]
    public void Tails_equal_exact_sums(long successes, long trials, double probability, double lower, double upper)
    {
        BinomialDistribution.LowerTail(successes, trials, probability).Should().BeApproximately(lower, 1e-10 * lower);
        BinomialDistribution.UpperTail(successes, trials, probability).Should().BeApproximately(upper, 1e-10 * upper);
    }

    [Fact]
    public void Tails_are_whole_or_empty_beyond_the_trials()
    {
        BinomialDistribution.LowerTail(-1, 5, 0.3).Should().Be(0);
        BinomialDistribution.LowerTail(5, 5, 0.3).Should().Be(1);
        BinomialDistribution.UpperTail(0, 5, 0.3).Should().Be(1);
        BinomialDistribution.UpperTail(6, 5, 0.3).Should().Be(0);
        BinomialDistribution.UpperTail(1, 5, 0).Should().Be(0);
        BinomialDistribution.LowerTail(4, 5, 1).Should().Be(0);
    }

    // Bisection of the exact sums in fractions, to 2⁻⁶⁰.
    [Theory]
    [InlineData(0, 10, 0, 0.30849710781876083)]
    [InlineData(7, 10, 0.3475471499400027, 0.9332604888222655)]
    [InlineData(10, 10, 0.6915028921812392, 1)]
    [InlineData(1, 30, 0.0008435709266304782, 0.17216945563341268)]
    [InlineData(45, 50, 0.7818646335657977, 0.9667249064109775)]
    public void Clopper_Pearson_intervals_equal_exact_ones(long successes, long trials, double low, double high)
    {
        Interval interval = BinomialDistribution.Interval(successes, trials, 0.95);
        interval.Low.Should().BeApproximately(low, 1e-10 * low);
        interval.High.Should().BeApproximately(high, 1e-10 * high);
    }

    [Fact]
    public void No_trial_excludes_no_probability() => BinomialDistribution.Interval(0, 0, 0.95).Should().Be(new Interval(0, 1));

    [Fact]
    public void Two_sided_p_value_is_at_most_one() => BinomialDistribution.TwoSided(5, 10, 0.5).Should().Be(1);
}
