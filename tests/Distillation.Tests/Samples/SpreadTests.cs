using QuickStart;

namespace Distillation.Tests.Samples;

public class SpreadTests
{
    [Fact]
    public void Spread_shows_mean_and_sample_deviation() => new Spread([0.70, 0.74, 0.72]).Show("0.0", 100).Should().Be("72.0 ± 2.0");

    [Fact]
    public void Spread_shows_no_deviation_of_a_single_value() => new Spread([0.123]).Show("+0.0;-0.0", 100).Should().Be("+12.3");

    [Fact]
    public void Difference_is_second_minus_first() => Spread.Of([1, 2], [3, 1]).Values.Should().Equal(2, -1);
}
