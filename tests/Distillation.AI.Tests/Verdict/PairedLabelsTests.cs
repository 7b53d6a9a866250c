namespace Distillation.AI.Tests;

public sealed class PairedLabelsTests
{
    private static readonly LabelingVerdictOptions Options = new() { Resamples = 200 };

    // Bonett and Price (2012) by hand, with t of 99 degrees of freedom, 1.9842169515: (b + 1, c + 1) / (n + 2) = (6, 11) / 102, difference 5 / 102,
    // √((17/102 − (5/102)²) / 102).
    [Fact]
    public void Interval_of_accuracy_is_no_narrower_than_the_adjusted_one()
    {
        int[] actual = new int[100];
        int[] first = [.. Enumerable.Range(0, 100).Select(i => i < 10 ? 1 : 0)];
        int[] second = [.. Enumerable.Range(0, 100).Select(i => i is >= 10 and < 15 ? 1 : 0)];
        double center = 5.0 / 102;
        double half = 1.9842169515 * Math.Sqrt(((17.0 / 102) - (center * center)) / 102);

        SystemDifference difference = new PairedLabels(actual, first, second, 2).Difference("s", Options);

        difference.Accuracy.Should().Be(0.05);
        difference.AccuracyInterval.Low.Should().BeLessThanOrEqualTo(center - half + 1e-9);
        difference.AccuracyInterval.High.Should().BeGreaterThanOrEqualTo(center + half - 1e-9);
        (difference.McNemar.OnlyFirst, difference.McNemar.OnlySecond).Should().Be((5, 10));
    }

    [Fact]
    public void Systems_that_never_differ_have_an_interval_that_is_not_empty()
    {
        int[] labels = [.. Enumerable.Range(0, 50).Select(i => i % 2)];

        SystemDifference difference = new PairedLabels(labels, labels, labels, 2).Difference("s", Options);

        // t of 49 degrees of freedom, 2.0095752371, times √(2/52 / 52).
        double half = 2.0095752371 * Math.Sqrt(2.0 / 52 / 52);
        difference.AccuracyInterval.Low.Should().BeApproximately(-half, 1e-8);
        difference.AccuracyInterval.High.Should().BeApproximately(half, 1e-8);
    }

    [Fact]
    public void Intervals_contain_the_true_difference_as_often_as_their_level()
    {
        // The first system is right with probability 0.8, the second with 0.7, of three classes; the others are equally likely errors.
        const int Repeats = 200;
        var truth = new Random(0);
        double macroF1 = Difference(Draw(truth, 400_000)).MacroF1;
        (int ofAccuracy, int ofMacroF1) = (0, 0);
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            SystemDifference difference = Draw(new Random(repeat + 1), 200).Difference("s", Options with { Seed = repeat });
            ofAccuracy += difference.AccuracyInterval.Contains(-0.1) ? 1 : 0;
            ofMacroF1 += difference.MacroF1Interval.Contains(macroF1) ? 1 : 0;
        }

        macroF1.Should().BeApproximately(-0.1, 0.005);
        ofAccuracy.Should().BeGreaterThanOrEqualTo(180, "95 % of 200 are 190; P(Binomial(200, 0.95) < 180) is 0.0011");
        ofMacroF1.Should().BeInRange(178, 200);

        static SystemDifference Difference(PairedLabels labels) => labels.Difference("s", new() { Resamples = 1 });

        static PairedLabels Draw(Random random, int count)
        {
            int[] actual = [.. Enumerable.Range(0, count).Select(_ => random.Next(3))];
            return new(actual, Predict(0.8), Predict(0.7), 3);

            int[] Predict(double accuracy) =>
                [.. actual.Select(label => random.NextDouble() < accuracy ? label : (label + 1 + random.Next(2)) % 3)];
        }
    }
}
