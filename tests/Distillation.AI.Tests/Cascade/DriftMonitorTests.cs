namespace Distillation.AI.Tests;

public sealed class DriftMonitorTests
{
    [Fact]
    public void Higher_share_that_is_passed_on_is_a_drift()
    {
        var monitor = new DriftMonitor(0.2, options: new() { Window = 100 });
        Observe(monitor, passedOn: 40, answered: 60);

        DriftReport report = monitor.Report();

        report.HasDrifted.Should().BeTrue();
        report.Share.Should().Be(0.4);

        // 2 · Σ_{i ≥ 40} C(100, i) 0.2ⁱ 0.8¹⁰⁰⁻ⁱ, summed in exact fractions.
        report.SharePValue.Should().BeApproximately(7.2168402292817175e-06, 1e-15);
        report.Describe().Should().StartWith("Passed on: 40 of 100 texts (40 %), at calibration 20 %, p = 7.217E-06: a drift at level 0.01.");
    }

    [Fact]
    public void Share_like_the_reference_is_no_drift()
    {
        var monitor = new DriftMonitor(0.2);
        Observe(monitor, passedOn: 22, answered: 78);

        monitor.Report().HasDrifted.Should().BeFalse();
        monitor.Report().Describe().Should().EndWith("no drift is established at level 0.01.");
    }

    [Fact]
    public void Window_forgets_the_oldest_texts()
    {
        var monitor = new DriftMonitor(0.2, options: new() { Window = 50 });
        Observe(monitor, passedOn: 50, answered: 50);

        DriftReport report = monitor.Report();
        (report.Texts, report.PassedOn).Should().Be((50, 0));
    }

    [Fact]
    public void Empty_window_is_no_drift()
    {
        DriftReport report = new DriftMonitor(0.2).Report();

        report.HasDrifted.Should().BeFalse();
        report.SharePValue.Should().Be(1);
        report.Describe().Should().Be("Passed on: no text observed yet.");
    }

    [Fact]
    public void Shifted_embeddings_are_a_drift()
    {
        var monitor = new DriftMonitor(0.5, Vectors(200, shift: 0, seed: 1));
        foreach (float[] vector in Vectors(100, shift: 0.5f, seed: 2))
        {
            monitor.ObserveEmbedding(vector);
        }

        DriftReport report = monitor.Report();

        report.HaveEmbeddingsDrifted.Should().BeTrue();
        report.EmbeddingPValue.Should().Be(0.001, "no permutation of 999 is as far");
        report.EmbeddingDistance.Should().BeApproximately(0.5 * Math.Sqrt(8), 0.4);
        report.Should().Be(monitor.Report(), "the seed decides");
    }

    [Fact]
    public void Embeddings_of_the_same_distribution_are_alarms_at_the_level_alone()
    {
        int alarms = 0;
        for (int repeat = 0; repeat < 100; repeat++)
        {
            var monitor = new DriftMonitor(0.5, Vectors(60, shift: 0, seed: 2 * repeat), new() { Significance = 0.1, Permutations = 99 });
            foreach (float[] vector in Vectors(40, shift: 0, seed: (2 * repeat) + 1))
            {
                monitor.ObserveEmbedding(vector);
            }

            alarms += monitor.Report().HasDrifted ? 1 : 0;
        }

        alarms.Should().BeInRange(2, 20, "10 of 100 are expected: P(Binomial(100, 0.1) outside of it) is below 0.001");
    }

    [Fact]
    public void Equal_embeddings_are_no_drift()
    {
        var monitor = new DriftMonitor(0.5, [[1, 2], [1, 2], [1, 2]]);
        monitor.ObserveEmbedding([1, 2]);

        monitor.Report().EmbeddingPValue.Should().Be(1);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        FluentActions.Invoking(() => new DriftMonitor(1.5)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*referenceShare*1.5*");
        FluentActions.Invoking(() => new DriftMonitor(0.5, [[1, 2]])).Should().Throw<ArgumentException>().WithMessage("*at least two*");
        FluentActions.Invoking(() => new DriftMonitor(0.5, [[1, 2], [1]])).Should().Throw<ArgumentException>().WithMessage("*2 numbers*1*");
        FluentActions.Invoking(() => new DriftMonitor(0.5).ObserveEmbedding([1])).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => new DriftMonitor(0.5, [[1], [2]]).ObserveEmbedding([float.NaN])).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static void Observe(DriftMonitor monitor, int passedOn, int answered)
    {
        for (int i = 0; i < passedOn + answered; i++)
        {
            monitor.Observe(i < passedOn);
        }
    }

    private static float[][] Vectors(int count, float shift, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 8).Select(_ => shift + ((float)random.NextDouble() * 2) - 1).ToArray())];
    }
}
