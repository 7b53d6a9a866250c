namespace Distillation.Reports.Tests;

public sealed class AxisScaleTests
{
    public static TheoryData<double[]> Ranges =>
    [
        [],
        [0],
        [5, 5],
        [-3],
        [0.1, 0.30000001],
        [1e-300, 2e-300],
        [-1e99, 1e99],
        [1e-12, 3e-12],
        [7e99],
        [0.5],
        [1e-300, 1e99],
        [1_000_000.001, 1_000_000.002],
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity],
        [double.NaN, 1, 2],
        [double.MinValue, double.MaxValue, 3],
        [double.Epsilon, 1],
    ];

    [Theory]
    [MemberData(nameof(Ranges))]
    public void Numbers_and_ticks_lie_on_the_axis(double[] values)
    {
        AxisScale[] scales = [AxisScale.Linear(values, space: 0.05), AxisScale.Whole(values, space: 0.05), AxisScale.Logarithmic(values)];

        scales.Should().AllSatisfy(scale =>
        {
            scale.Ticks.Should().NotBeEmpty().And.HaveCountLessThan(16).And.BeInAscendingOrder();
            scale.Ticks.Select(scale.Share).Where(share => !(share >= -1e-6 && share <= 1 + 1e-6)).Should().BeEmpty();
            values.Where(value => AxisScale.CanShow(value, scale.IsLogarithmic)).Select(scale.Share)
                .Where(share => !(share >= 0 && share <= 1)).Should().BeEmpty();
        });
    }

    [Theory]
    [InlineData(0, 1, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(0.15, 1.2, new[] { 0.2, 0.4, 0.6, 0.8, 1, 1.2 })]
    [InlineData(-50, 50, new double[] { -40, -20, 0, 20, 40 })]
    public void Ticks_are_round(double low, double high, double[] ticks) => AxisScale.Between(low, high).Ticks.Should().Equal(ticks);

    [Fact]
    public void Ticks_of_whole_numbers_are_whole()
    {
        AxisScale.Whole([1, 2], space: 0.02).Ticks.Should().Equal(1, 2);
        AxisScale.Whole([7], space: 0.02).Ticks.Should().Equal(7);
        AxisScale.Whole([1, 1000], space: 0.02).Ticks.Should().Equal(0, 200, 400, 600, 800, 1000);
    }

    [Fact]
    public void Labels_have_as_many_digits_as_tell_them_apart()
    {
        AxisScale.Between(0.98765, 0.98775).Labels.Should().Equal("0.98766", "0.98768", "0.9877", "0.98772", "0.98774");
        AxisScale.Between(1_000_000, 1_000_100).Labels.Should().Equal("1M", "1.00002M", "1.00004M", "1.00006M", "1.00008M", "1.0001M");
        AxisScale.Between(0, 1).Labels.Should().Equal("0", "0.2", "0.4", "0.6", "0.8", "1");
    }

    [Theory]
    [InlineData(1234567, "1.235M")]
    [InlineData(10000, "10k")]
    [InlineData(0.00012, "0.00012")]
    [InlineData(-2.5e9, "-2.5G")]
    [InlineData(1e20, "1E+20")]
    public void Labels_are_short(double tick, string label) => Example.WithComma(() => AxisScale.Label(tick)).Should().Be(label);
}
