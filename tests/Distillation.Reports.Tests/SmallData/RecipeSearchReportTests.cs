using Distillation.SmallData;

namespace Distillation.Reports.Tests;

public sealed class RecipeSearchReportTests
{
    private readonly RecipeSearchResult _result = ExampleDistillation.Search();

    [Fact]
    public void Recommendation_stands_first_with_what_is_expected()
    {
        Report report = _result.ToReport("Which recipe?");

        report.Sections.Select(section => section.Title).Should().Equal(
            "Recommendation", "Candidates", "Against the class frequencies", "Labels of the teacher");
        string[] texts = report.Texts("Recommendation");
        texts[0].Should().Be(_result.Sentence()).And.StartWith("Use 'distillation from kernel ridge'.");
        texts[1].Should().StartWith("Expected gain over the plain original: accuracy +8.0 points (+4.0 to +12.0), NLL -0.160 (-0.240 to -0.080). ");
        texts[2].Should().StartWith("Of which the teacher's labels bring").And.Contain("accuracy +5.0 points (-1.0 to +11.0)");
        string description = _result.Describe();
        description.Should().Contain(texts[0]).And.Contain(texts[1].Split(". ")[0]).And.Contain(texts[2]);
    }

    [Fact]
    public void Candidates_have_their_gains_with_intervals_around_a_line_at_zero()
    {
        IntervalPlot[] plots = _result.ToReport().Blocks<IntervalPlot>("Candidates");

        plots.Select(plot => plot.Title).Should().Equal("Gain of accuracy over the plain original", "Gain of likelihood over the plain original");
        plots.Should().OnlyContain(plot => plot.Guide == 0);
        plots[0].Values.Select(value => value.Name).Should().Equal("plain", "augmentation", "distillation from kernel ridge");
        plots[0].Values[2].Should().Be(new PlotInterval("distillation from kernel ridge", 0.1, _result.Scores[3].Gain.AccuracyInterval));
        plots[1].Values[2].Interval.Should().Be(_result.Scores[3].Gain.LikelihoodInterval);
    }

    [Fact]
    public void Table_has_all_candidates_and_which_gain_is_established()
    {
        ReportTable table = _result.ToReport().Blocks<ReportTable>("Candidates").Single();

        table.Rows.Select(row => $"{row[0].Text}: {row[1].Text}, {row[^1].Text}").Should().Equal(
            "class frequencies: chance, no",
            "plain: plain original, no",
            "augmentation: known labels, no",
            "distillation from kernel ridge: distillation, yes");
        table.Rows[3].Skip(2).SkipLast(1).Select(cell => Math.Round(cell.Number!.Value, 10)).Should().Equal(0.8, 1.2, 1.25);
    }

    [Fact]
    public void What_beats_the_class_frequencies_is_counted()
    {
        RecipeScore weak = _result.Scores[1] with { GainOverChance = ExampleDistillation.Gain(0.01, 0.05) };
        RecipeSearchResult result = _result with { Scores = [_result.Scores[0], weak, .. _result.Scores.Skip(2)] };

        _result.ToReport().Texts("Against the class frequencies").Single().Should()
            .StartWith("3 of 3 candidates are established to beat the class frequencies. Intervals are 95 %");
        result.ToReport().Texts("Against the class frequencies").Single().Should()
            .StartWith("2 of 3 candidates are established to beat the class frequencies: 'augmentation', 'distillation from kernel ridge'.");
    }

    [Fact]
    public void Nothing_is_claimed_where_the_plain_original_stays()
    {
        RecipeSearchResult result = _result with
        {
            Recommendation = Recommendation.KeepPlain,
            Chosen = Recipe.Plain,
            ChosenForOriginal = Recipe.Plain,
            ExpectedGain = ExampleDistillation.Gain(0, 0),
            IsComplete = false,
        };

        Report report = result.ToReport();

        report.Texts("Recommendation")[0].Should().Be("Keep the plain original ('plain'): no candidate is established to be better.");
        report.Texts("Recommendation")[1].Should().Be($"Most promising, not established: {result.MostPromising.Describe()}.");
        report.Texts("Recommendation")[^1].Should().StartWith("The time ran out");
        report.Blocks<ReportFacts>("Recommendation").Single().Values.Should().Contain(
            new KeyValuePair<string, ReportCell>("recommendation", "keep the plain original"));
    }

    [Fact]
    public void Search_without_teachers_that_label_has_no_section_of_their_labels() =>
        (_result with { Scores = [.. _result.Scores.Select(score => score with { GainOverControl = null })] }).ToReport().Sections
            .Should().NotContain(section => section.Title == "Labels of the teacher");

    [Fact]
    public void Regression_is_measured_by_its_coefficient_of_determination()
    {
        RecipeScore plain = _result.Plain with { Gain = ExampleDistillation.Gain(0, 0) with { Task = EvaluationTask.Regression } };

        Report report = (_result with { Plain = plain }).ToReport();

        report.Blocks<IntervalPlot>("Candidates")[0].Title.Should().Be("Gain of R² over the plain original");
        report.Blocks<ReportTable>("Candidates").Single().Columns.Should().Contain("R²");
    }

    [Fact]
    public void Real_search_is_reported_to_the_same_bytes()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var data = new LabeledSamples(Some.Data(samples: 40));
        var options = new RecipeSearchOptions { Training = ExampleDistillation.Training, Folds = 2, PlainWeightDecays = [0.5], Families = [] };
        RecipeSearchResult result = new RecipeSearch(() => Some.Mlp(), [ExampleDistillation.Recipe], options).Run(data);

        Report report = result.ToReport();

        report.Texts("Recommendation")[0].Should().Be(result.Sentence());
        report.Blocks<ReportTable>("Candidates").Single().Rows.Should().HaveCount(result.Scores.Count);
        report.ToHtml().Should().Be(result.ToReport().ToHtml());
        Example.WithComma(() => result.ToReport().ToMarkdown()).Should().Be(report.ToMarkdown());
    }
}
