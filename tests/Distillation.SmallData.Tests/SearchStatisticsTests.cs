using Distillation.Evaluation;

namespace Distillation.SmallData.Tests;

public sealed class SearchStatisticsTests
{
    [Fact]
    public void Interval_of_one_difference_is_the_normal_one_widened_for_the_folds()
    {
        double[] values = Normal(400, seed: 1);

        (double mean, Interval interval) = SimultaneousIntervals.Of([values], folds: 5, level: 0.95, seed: 0)[0];

        double error = SimultaneousIntervals.StandardError(values, values.Average());
        mean.Should().BeApproximately(values.Average(), 1e-12);
        (interval.High - mean).Should().BeApproximately(1.96 * 1.5 * error, 0.2 * error);
        (mean - interval.Low).Should().BeApproximately(interval.High - mean, 1e-12);
    }

    [Fact]
    public void Many_independent_differences_have_wider_intervals_and_equal_ones_do_not()
    {
        double[][] many = [.. Enumerable.Range(0, 20).Select(number => Normal(200, number))];
        double[][] equal = [.. Enumerable.Range(0, 20).Select(_ => many[0])];

        double Half(double[][] differences)
        {
            Interval interval = SimultaneousIntervals.Of(differences, folds: 2, level: 0.95, seed: 0)[0].Interval;
            return (interval.High - interval.Low) / 2;
        }

        // The quantile of the largest of 20 normal numbers is 3.02, of one 1.96.
        (Half(many) / Half([many[0]])).Should().BeInRange(1.35, 1.7);
        Half(equal).Should().BeApproximately(Half([many[0]]), 1e-12);
    }

    [Fact]
    public void Difference_that_is_zero_everywhere_has_an_interval_of_zero()
    {
        (double mean, Interval interval) = SimultaneousIntervals.Of([new double[50], Normal(50, 2)], folds: 5, level: 0.95, seed: 0)[0];

        mean.Should().Be(0);
        interval.Should().Be(new Interval(0, 0));
    }

    [Fact]
    public void Gain_of_the_best_of_equal_candidates_is_not_too_large_after_correction()
    {
        const int Draws = 60;
        double naive = 0;
        double corrected = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            // A plain one and ten others, of the same mean.
            double[][] cost = [.. Enumerable.Range(0, 11).Select(number => Normal(100, (1_000 * draw) + number))];
            double gain = cost[0].Average() - cost.Skip(1).Min(values => values.Average());
            naive += gain / Draws;
            corrected += (gain - SelectionBias.Of(cost, [true, .. Enumerable.Repeat(false, 10)], [cost], draw)[0]) / Draws;
        }

        // The standard error of both means is 0.016. Resampling makes equal candidates differ more than they did: the correction is a little too large.
        naive.Should().BeGreaterThan(0.1);
        corrected.Should().BeInRange(-0.1, 0.03);
    }

    [Fact]
    public void Intervals_hold_the_true_means_all_at_once()
    {
        const int Draws = 60;
        double[] truth = [0, 0.1, -0.2, 0.5];

        int held = Enumerable.Range(0, Draws).Count(draw =>
        {
            double[][] differences = [.. truth.Select((mean, i) => Normal(100, (100 * draw) + i).Select(value => value + mean).ToArray())];
            return SimultaneousIntervals.Of(differences, folds: 1_000_000, level: 0.95, seed: draw)
                .Zip(truth, (one, mean) => one.Interval.Contains(mean))
                .All(holds => holds);
        });

        // With very many folds the correction for them is √2 all the same: more than the level of 0.95 is held.
        held.Should().BeGreaterThanOrEqualTo(58);
    }

    [Fact]
    public void Gain_that_is_clear_is_hardly_corrected()
    {
        double[] plain = Normal(200, 1);
        double[][] cost = [plain, [.. plain.Select(value => value - 2)], [.. plain.Select(value => value + 1)]];

        SelectionBias.Of(cost, [true, false, false], [cost], 0)[0].Should().BeApproximately(0, 1e-12);
    }

    private static double[] Normal(int samples, int seed)
    {
        using var numbers = torch.arange(samples, torch.ScalarType.Int64);
        using Tensor drawn = new SampleRandom(seed, numbers, torch.CPU).Normal(1, torch.ScalarType.Float64);
        return Close.Numbers(drawn);
    }
}
