using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class PairedComparisonTests
{
    [Fact]
    public void Mean_is_that_of_second_minus_first() => PairedComparison.Of([1, 2, 3], [2, 2, 5]).Mean.Should().BeApproximately(1, 1e-12);

    [Fact]
    public void Steady_difference_is_significant()
    {
        PairedComparison comparison = PairedComparison.Of([0.70, 0.72, 0.71, 0.69, 0.70], [0.72, 0.73, 0.73, 0.71, 0.71]);

        comparison.IsSignificant.Should().BeTrue();
        comparison.Interval.Contains(comparison.Mean).Should().BeTrue();
    }

    [Fact]
    public void Difference_that_changes_its_sign_is_not() => PairedComparison.Of([1, 2, 3, 4], [2, 1, 4, 3]).IsSignificant.Should().BeFalse();

    [Fact]
    public void One_pair_shows_nothing()
    {
        PairedComparison comparison = PairedComparison.Of([1], [2]);

        comparison.IsSignificant.Should().BeFalse();
        comparison.Describe("accuracy", higherIsBetter: true).Should().Contain("no difference is established");
    }

    [Fact]
    public void Interval_of_three_pairs_is_Students()
    {
        Interval interval = PairedComparison.Of([0, 0, 0], [1, 2, 3]).Interval;

        // 4.303 is the 97.5 % quantile of Student's t with two degrees of freedom.
        interval.Low.Should().BeApproximately(2 - (4.3027 / Math.Sqrt(3)), 1e-3);
        interval.High.Should().BeApproximately(2 + (4.3027 / Math.Sqrt(3)), 1e-3);
    }

    [Fact]
    public void Two_pairs_of_one_sign_establish_nothing() => PairedComparison.Of([0, 0], [1, 2]).IsSignificant.Should().BeFalse();

    [Fact]
    public void Interval_of_few_normal_pairs_covers_the_truth_as_often_as_its_level()
    {
        var random = new Random(5);
        int covered = 0;
        for (int i = 0; i < 400; i++)
        {
            double[] noise = [.. Enumerable.Range(0, 10).Select(_ => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6)];
            covered += PairedComparison.Of(new double[10], noise, resamples: 1000, seed: i).Interval.Contains(0) ? 1 : 0;
        }

        covered.Should().BeInRange(368, 392, "of 400 intervals of 95 % about 380 must cover, within three deviations");
    }

    [Fact]
    public void Same_seed_gives_the_same_interval() =>
        PairedComparison.Of([1, 2, 3], [2, 2, 5], seed: 3).Should().Be(PairedComparison.Of([1, 2, 3], [2, 2, 5], seed: 3));

    [Fact]
    public void Sentence_names_the_better_way()
    {
        PairedComparison lower = PairedComparison.Of([0.5, 0.5, 0.6, 0.5], [0.4, 0.39, 0.5, 0.41]);

        lower.Describe("NLL", higherIsBetter: false).Should().StartWith("NLL changed by -0.1 (95 % interval ").And.EndWith("4 pairs): better.");
        lower.Describe("accuracy", higherIsBetter: true, " points", 100).Should().StartWith("accuracy changed by -10 points").And.EndWith("worse.");
    }

    [Fact]
    public void Measurements_without_a_partner_are_refused()
    {
        Action compare = () => PairedComparison.Of([1, 2], [1]);

        compare.Should().Throw<ArgumentException>().WithMessage("*2 and 1*");
    }
}
