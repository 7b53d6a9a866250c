using System.Text.Json;

namespace Distillation.SmallData.Tests.Privacy;

public sealed class RdpAccountantTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllBytes("Fixtures/privacy.json")).RootElement;

    [Fact]
    public void Divergences_of_whole_and_fractional_orders_are_those_of_numerical_integration()
    {
        foreach (JsonElement one in Reference.GetProperty("moments").EnumerateArray())
        {
            double divergence = RdpAccountant.DivergenceOf(Number(one, "noise"), Number(one, "rate"), Number(one, "order"));

            // The integral of a divergence near 0 is 1 to rounding: the absolute error of the reference is about 1e-12.
            divergence.Should().BeApproximately(Number(one, "divergence"), (1e-7 * Number(one, "divergence")) + 1e-11, one.ToString());
        }
    }

    [Fact]
    public void Epsilon_is_that_of_the_newer_conversion_and_the_older_one_is_larger()
    {
        foreach (JsonElement run in Reference.GetProperty("runs").EnumerateArray())
        {
            var accountant = new RdpAccountant();
            accountant.Add(Number(run, "noise"), Number(run, "rate"), (long)Number(run, "steps"));

            Close.ShouldBe(accountant.Epsilon(Number(run, "delta")), Number(run, "epsilon"), 1e-6);
            double older = accountant.Orders.Zip(accountant.Divergences).Min(pair => pair.Second - (Math.Log(Number(run, "delta")) / (pair.First - 1)));
            Close.ShouldBe(older, Number(run, "olderEpsilon"), 1e-6);
            older.Should().BeGreaterThan(accountant.Epsilon(Number(run, "delta")));
        }
    }

    [Fact]
    public void Published_value_of_sixty_epochs_on_sixty_thousand_samples_comes_out()
    {
        var accountant = new RdpAccountant();
        accountant.Add(1.1, 256.0 / 60_000, 60 * 60_000 / 256);

        // 3.0 of the tutorials on MNIST is that of the older conversion.
        accountant.Orders.Zip(accountant.Divergences).Min(pair => pair.Second - (Math.Log(1e-5) / (pair.First - 1))).Should().BeApproximately(3.0, 0.05);
    }

    // The moments accountant has the orders 2 to 33 and the older conversion. McMahan et al., 2018, table 2, and the rows of table 1 with noise 1.
    [Theory]
    [InlineData(5_000, 763_430, 5_000, 1e-9, 4.634)]
    [InlineData(100, 1e5, 1, 3.1622776601683795e-6, 0.97)]
    [InlineData(100, 1e5, 100_000, 3.1622776601683795e-6, 2.21)]
    [InlineData(1_000, 1e6, 1_000_000, 2.5118864315095825e-7, 8.13)]
    [InlineData(10_000, 1e6, 1_000, 2.5118864315095825e-7, 3.06)]
    [InlineData(10_000, 1e6, 1_000_000, 2.5118864315095825e-7, 187.01)]
    public void Published_values_of_federated_averaging_come_out(double expected, double users, long rounds, double delta, double epsilon)
    {
        var accountant = new RdpAccountant([.. Enumerable.Range(2, 32).Select(order => (double)order)]);
        accountant.Add(1, expected / users, rounds);

        accountant.Orders.Zip(accountant.Divergences).Min(pair => pair.Second - (Math.Log(delta) / (pair.First - 1)))
            .Should().BeApproximately(epsilon, 0.0051);
        accountant.Epsilon(delta).Should().BeLessThan(epsilon);
    }

    [Fact]
    public void Without_sampling_the_divergence_is_that_of_the_gaussian_mechanism()
    {
        RdpAccountant.DivergenceOf(2, 1, 3).Should().Be(3 / 8.0);
        RdpAccountant.DivergenceOf(2, 0, 3).Should().Be(0);
        RdpAccountant.DivergenceOf(0, 0.1, 3).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void With_almost_no_noise_an_order_is_bounded_by_the_next_whole_one()
    {
        double bound = RdpAccountant.DivergenceOf(0.04, 0.3, 2.5);

        bound.Should().Be(RdpAccountant.DivergenceOf(0.04, 0.3, 3)).And.BeGreaterThan(SampledGaussian.Integral(0.3, 0.04, 2.5) / 1.5);
        RdpAccountant.DivergenceOf(1e-12, 0.5, 1.1).Should().BeInRange(1e20, 1e30);
        RdpAccountant.DivergenceOf(1e-160, 0.5, 1.1).Should().Be(double.PositiveInfinity);
        RdpAccountant.DivergenceOf(1e-200, 0.5, 2).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Steps_add_up()
    {
        var together = new RdpAccountant();
        together.Add(1, 0.1, 30);
        var apart = new RdpAccountant();
        apart.Epsilon(1e-5).Should().Be(0);
        apart.Add(1, 0.1, 10);
        apart.Add(1, 0.1, 20);
        apart.Add(1, 0.1, 0);

        Close.ShouldBe(apart.Divergences, together.Divergences, 1e-12);
        apart.Add(1, 0.1);
        apart.Epsilon(1e-5).Should().BeGreaterThan(together.Epsilon(1e-5));
    }

    [Fact]
    public void Noise_for_a_budget_spends_it()
    {
        double noise = RdpAccountant.NoiseFor(3, 1e-5, 0.02, 1_000);

        double Spent(double multiplier)
        {
            var accountant = new RdpAccountant();
            accountant.Add(multiplier, 0.02, 1_000);
            return accountant.Epsilon(1e-5);
        }

        Spent(noise).Should().BeLessThanOrEqualTo(3);
        Spent(noise * 0.999).Should().BeGreaterThan(3);
    }

    [Fact]
    public void Integral_and_binomial_sum_agree_on_whole_orders()
    {
        foreach ((double rate, double noise, int order) in new[] { (0.01, 1.0, 2), (0.3, 0.4, 7), (0.001, 5.0, 63), (0.5, 0.2, 3) })
        {
            Close.ShouldBe(SampledGaussian.Integral(rate, noise, order), SampledGaussian.LogMoment(rate, noise, order), 1e-8);
        }
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        FluentActions.Invoking(() => new RdpAccountant([1])).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*order*above 1*");
        FluentActions.Invoking(() => new RdpAccountant().Add(1, 1.5)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*samplingRate*[0, 1]*1.5*");
        FluentActions.Invoking(() => new RdpAccountant().Epsilon(1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*delta*[0, 1)*");
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
