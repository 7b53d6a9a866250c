namespace Distillation.AI.Tests;

public sealed class ActiveLabelingCurveTests
{
    private const int Texts = 400;
    private const double Border = 0.3;

    private static readonly ActiveCurveOptions Options = new()
    {
        InitialLabels = 4,
        LabelsPerRound = 2,
        Rounds = 4,
        CostPerLabel = 0.5,
        Seeds = [.. Enumerable.Range(0, 30)],
    };

    [Fact]
    public void Uncertain_texts_beat_random_ones_when_classes_are_separable()
    {
        ActiveLabelingCurve curve = Measure(Train, ActiveStrategy.Margin);

        curve.Best.Should().Be("Margin");
        curve.Curves.Select(one => one.Name).Should().Equal("Random", "Margin");
        curve.Curves[1].BeatsRandom.Should().BeTrue();
        curve.Curves[1].Points.Select(point => (point.Labels, point.Cost)).Should().Equal((4, 2.0), (6, 3.0), (8, 4.0), (10, 5.0), (12, 6.0));
        curve.Curves[0].Points[0].Values.Should().Equal(curve.Curves[1].Points[0].Values, "the first labels of a seed are the same ones");
        curve.Curves[1].Points[4].Mean.Should().BeGreaterThan(curve.Curves[0].Points[4].Mean);
    }

    [Fact]
    public void No_strategy_beats_random_choice_when_quality_does_not_depend_on_the_texts()
    {
        ActiveLabelingCurve curve = Measure(
            round => Train(round) with { Quality = new Random((1000 * round.Seed) + round.Labeled.Sum()).NextDouble() },
            ActiveStrategy.Margin,
            ActiveStrategy.KCenter);

        curve.Best.Should().BeNull();
        curve.Describe().Should().StartWith("No strategy is shown to be better than random choice.");
    }

    [Fact]
    public void Level_is_shared_by_the_comparisons()
    {
        ActiveLabelingCurve curve = Measure(Train, ActiveStrategy.Margin, ActiveStrategy.KCenter);

        curve.Curves.Skip(1).Should().OnlyContain(one => Math.Abs(one.AgainstRandom!.Level - 0.975) < 1e-12);
    }

    [Fact]
    public void Rounds_receive_all_labels_so_far_and_repeat_for_a_seed()
    {
        var rounds = new List<ActiveRound>();
        Measure(
            round =>
            {
                rounds.Add(round);
                return Train(round);
            },
            ActiveStrategy.KMeansPlusPlus);

        rounds.Should().HaveCount(2 * 30 * 5);
        rounds.Take(5).Select(round => (round.Round, round.Seed, round.Labeled.Count)).Should().Equal((0, 0, 4), (1, 0, 6), (2, 0, 8), (3, 0, 10), (4, 0, 12));
        rounds.Should().OnlyContain(round => round.Labeled.Distinct().Count() == round.Labeled.Count);
        rounds[1].Labeled.Take(4).Should().Equal(rounds[0].Labeled);
        rounds[150].Labeled.Should().Equal(rounds[0].Labeled);
        rounds[151].Labeled.Should().NotEqual(rounds[1].Labeled);
    }

    [Fact]
    public void Description_has_the_better_strategy_and_a_row_for_each_number_of_labels()
    {
        string[] lines = Measure(Train, ActiveStrategy.Margin).Describe().Split(Environment.NewLine);

        lines[0].Should().Be("'Margin' is better than random choice.");
        lines[1].Should().Contain("Margin changed by +").And.EndWith("30 pairs): better.");
        lines.Should().ContainSingle(line => line.StartsWith("  labels")).Which.Should().Contain("Random").And.Contain("Margin");
        lines.Should().ContainSingle(line => line.StartsWith("  12 ")).Which.Should().Contain("[");
        lines[^1].Should().Be("Mean quality over 30 seeds, with intervals at level 95 %.");
    }

    [Fact]
    public void Every_curve_describes_itself()
    {
        ActiveLabelingCurve curve = Measure(Train, ActiveStrategy.Margin);

        string[] lines = curve.Curves[1].Describe().Split(Environment.NewLine);
        lines.Should().HaveCount(6);
        lines[0].Should().StartWith("Margin changed by +");
        lines[5].Should().StartWith("  12 labels, cost 6: 0.");
        curve.Curves[0].ToString().Should().StartWith("Random:");
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        FluentActions.Invoking(() => Measure(Train)).Should().Throw<ArgumentException>().WithMessage("*at least one strategy*");
        FluentActions.Invoking(() => Measure(Train, ActiveStrategy.Entropy, ActiveStrategy.Entropy))
            .Should().Throw<ArgumentException>().WithMessage("*Entropy, Entropy*");
        FluentActions.Invoking(() => ActiveLabelingCurve.Measure(new() { Count = 11 }, [new()], Train, Options))
            .Should().Throw<ArgumentException>().WithMessage("*need 12 texts*has 11*");
        FluentActions.Invoking(() => new ActiveCurveOptions { Seeds = [1, 1] }).Should().Throw<ArgumentException>().WithMessage("*Seeds*");
        FluentActions.Invoking(() => new ActiveOutcome { Quality = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ActiveLabelingCurve.Measure(Pool(), [new()], Train, Options, new(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    private static ActiveLabelingCurve Measure(Func<ActiveRound, ActiveOutcome> train, params ActiveStrategy[] strategies) =>
        ActiveLabelingCurve.Measure(Pool(), [.. strategies.Select(strategy => new ActiveSelectorOptions { Strategy = strategy })], train, Options);

    private static ActivePool Pool() => new() { Count = Texts, Embeddings = [.. Enumerable.Range(0, Texts).Select(text => new[] { (float)Place(text) })] };

    private static double Place(int text) => (text + 0.5) / Texts;

    /// <summary>
    /// Texts lie between 0 and 1, those above the border are of class 1; a student takes the middle between the nearest labels of both classes.
    /// </summary>
    private static ActiveOutcome Train(ActiveRound round)
    {
        double below = round.Labeled.Select(Place).Where(place => place <= Border).DefaultIfEmpty(0).Max();
        double above = round.Labeled.Select(Place).Where(place => place > Border).DefaultIfEmpty(1).Min();
        double middle = (below + above) / 2;
        return new()
        {
            Quality = 1 - Math.Abs(middle - Border),
            Probabilities =
            [
                .. Enumerable.Range(0, Texts).Select(text =>
                {
                    double one = 1 / (1 + Math.Exp(-20 * (Place(text) - middle)));
                    return (double[])[1 - one, one];
                }),
            ],
        };
    }
}
