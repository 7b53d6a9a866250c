using Distillation.Text;

namespace Distillation.AI.Tests;

public sealed class ConformalThresholdTests
{
    private static readonly ConformalThresholdOptions TwoThresholds = new() { Thresholds = [0.5, 0.9] };

    // 0.95⁵⁹ = 0.0485 and 0.95⁵⁸ = 0.0510: 59 right answers are the fewest that certify 5 % at level 95 %.
    [Theory]
    [InlineData(59, true)]
    [InlineData(58, false)]
    public void Threshold_is_certified_from_59_right_answers_on(int answered, bool certified)
    {
        ConformalThreshold fitted = Fit(TwoThresholds, (0.95, answered, 0));

        fitted.IsCertified.Should().Be(certified);
        fitted.MinimumAnswered.Should().Be(59);
    }

    // With one error: 0.95⁹³ + 93 · 0.05 · 0.95⁹² = 0.04998, and of 92 texts 0.0521.
    [Theory]
    [InlineData(93, 0.9)]
    [InlineData(92, null)]
    public void One_error_needs_93_answered_texts(int answered, double? threshold)
    {
        ConformalThresholdOptions options = TwoThresholds with { Thresholds = [0.9] };

        Fit(options, (0.95, answered - 1, 1)).Threshold.Should().Be(threshold);
    }

    [Fact]
    public void Lowest_threshold_before_the_first_failure_is_taken()
    {
        // 0.9 and 0.8 pass; 0.7 has 30 errors of 301; 0.6 would pass again.
        ConformalThreshold fitted = Fit(
            new() { Thresholds = [0.6, 0.7, 0.8, 0.9] }, (0.95, 200, 0), (0.85, 50, 1), (0.75, 21, 29), (0.65, 2000, 0));

        fitted.Threshold.Should().Be(0.8);
        (fitted.Answered, fitted.Errors, fitted.Samples).Should().Be((251, 1, 2301));
        fitted.ShareAnswered.Should().Be(251.0 / 2301);
        fitted.ObservedRisk.Should().Be(1.0 / 251);
    }

    [Fact]
    public void Bonferroni_passes_over_a_failure_and_divides_the_level()
    {
        var options = new ConformalThresholdOptions { Thresholds = [0.6, 0.7, 0.8, 0.9], Testing = ThresholdTesting.Bonferroni };
        ConformalThreshold fitted = Fit(options, (0.95, 200, 0), (0.85, 50, 1), (0.75, 21, 29), (0.65, 2000, 0));

        fitted.Threshold.Should().Be(0.6);

        // The fewest n with 0.95ⁿ ≤ 0.05 / 4.
        fitted.MinimumAnswered.Should().Be(86);
    }

    [Theory]
    [InlineData(400, 59, 1)]
    [InlineData(1_000, 125, 4)]
    [InlineData(10_000, 177, 6)]
    public void Sequence_begins_at_an_eighth_of_the_texts(int samples, int start, int errors)
    {
        Begin(start - 1).Threshold.Should().Be(0.8, "the failure at 0.9 is of too few texts to be a test");
        Begin(start).Threshold.Should().BeNull("the failure at 0.9 ends the sequence");

        ConformalThreshold Begin(int above) =>
            Fit(new() { Thresholds = [0.9, 0.8] }, (0.95, above - errors, errors), (0.85, 200, 0), (0.1, 0, samples - above - 200));
    }

    [Fact]
    public void Thresholds_with_too_few_answers_do_not_end_the_search()
    {
        ConformalThreshold fitted = Fit(new() { Thresholds = [0.99, 0.9] }, (0.995, 5, 5), (0.95, 500, 0));

        fitted.Threshold.Should().Be(0.9);
    }

    [Fact]
    public void Nothing_is_accepted_when_no_threshold_is_certified()
    {
        ConformalThreshold fitted = Fit(new(), (1, 50, 50));

        fitted.Threshold.Should().BeNull();
        fitted.ShareAnswered.Should().Be(0);
        fitted.Accepts(FixedClassifier.Prediction("a", 1)).Should().BeFalse();
        fitted.Describe().Should().StartWith("No threshold is certified for an error rate of at most 5 % among answered texts, at level 95 %")
            .And.Contain("at least 59 answered texts");
    }

    [Fact]
    public void Confidence_equal_to_the_threshold_is_accepted()
    {
        ConformalThreshold fitted = Fit(TwoThresholds, (0.9, 100, 0));

        fitted.Threshold.Should().Be(0.5);
        fitted.Accepts(FixedClassifier.Prediction("a", 0.5)).Should().BeTrue();
        fitted.Accepts(FixedClassifier.Prediction("a", 0.4999)).Should().BeFalse();
        fitted.Describe().Should().Contain("It answers 100 of 100 held-out texts (100 %) with 0 errors (0 %).");
    }

    [Fact]
    public void Classifier_is_fitted_by_its_own_predictions()
    {
        var student = new FixedClassifier(["a", "b"], text => text.StartsWith('a') ? ("a", 0.97) : ("b", 0.6));
        LabeledText[] heldOut =
        [
            .. Enumerable.Range(0, 100).Select(i => new LabeledText($"a{i}", "a")),
            .. Enumerable.Range(0, 100).Select(i => new LabeledText($"b{i}", i % 2 == 0 ? "a" : "b")),
        ];

        ConformalThreshold fitted = ConformalThreshold.FitClassifier(student, heldOut);

        fitted.Answered.Should().Be(100);
        fitted.Threshold.Should().BeApproximately(0.61, 1e-9, "at 0.60 half of the 100 further answers are wrong");
    }

    [Theory]
    [InlineData(ThresholdTesting.FixedSequence)]
    [InlineData(ThresholdTesting.Bonferroni)]
    public void Error_rate_of_the_population_is_kept_in_19_of_20_splits(ThresholdTesting testing)
    {
        foreach (SimulatedClassifier classifier in SimulatedClassifier.All)
        {
            const int Splits = 200;
            int exceeded = 0;
            double answered = 0;
            for (int split = 0; split < Splits; split++)
            {
                (double[] confidences, bool[] correct) = classifier.Draw(1000, seed: split);
                ConformalThreshold fitted = ConformalThreshold.Fit(confidences, correct, new() { Testing = testing });
                exceeded += fitted.Threshold is { } threshold && classifier.RiskFrom(threshold) > 0.05 ? 1 : 0;
                answered += fitted.ShareAnswered / Splits;
            }

            exceeded.Should().BeLessThanOrEqualTo(Splits / 20, classifier.Name);
            answered.Should().BeLessThanOrEqualTo(classifier.MostAnswered, classifier.Name);
            answered.Should().BeGreaterThanOrEqualTo(testing == ThresholdTesting.FixedSequence ? classifier.LeastAnswered : 0, classifier.Name);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Risk_must_leave_something(double risk) =>
        FluentActions.Invoking(() => new ConformalThresholdOptions { Risk = risk }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Risk*");

    [Fact]
    public void Bad_input_is_refused()
    {
        FluentActions.Invoking(() => ConformalThreshold.Fit([0.5], Array.Empty<bool>())).Should().Throw<ArgumentException>().WithMessage("*0 and 1*");
        FluentActions.Invoking(() => ConformalThreshold.Fit([], Array.Empty<bool>())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ConformalThreshold.Fit([1.5], [true])).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*1.5*");
        FluentActions.Invoking(() => ConformalThreshold.FitClassifier(new FixedClassifier(["a", "b"], _ => ("a", 1)), [new LabeledText("x", "c")]))
            .Should().Throw<ArgumentException>().WithMessage("*'c'*");
        FluentActions.Invoking(() => new ConformalThresholdOptions { Thresholds = [] }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ConformalThresholdOptions { Thresholds = [0.5, -0.1] }).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static ConformalThreshold Fit(ConformalThresholdOptions options, params (double Confidence, int Right, int Wrong)[] groups) =>
        ConformalThreshold.Fit(
            [.. groups.SelectMany(group => Enumerable.Repeat(group.Confidence, group.Right + group.Wrong))],
            [.. groups.SelectMany(group => Enumerable.Repeat(true, group.Right).Concat(Enumerable.Repeat(false, group.Wrong)))],
            options);
}
