namespace Distillation.Text.Tests;

public sealed class SpanReportTests
{
    [Fact]
    public void Spans_count_as_found_when_place_and_label_are_right()
    {
        AnnotatedText[] expected =
        [
            new("a b c d", [new(0, 1, "x"), new(2, 1, "y"), new(4, 3, "x")]),
            new("e f", [new(0, 1, "y")]),
        ];
        IReadOnlyList<ExtractedSpan>[] found = [[Found(0, 1, "x"), Found(2, 1, "x"), Found(4, 1, "x")], [Found(0, 1, "y"), Found(2, 1, "y")]];

        SpanReport report = SpanReport.Compare(expected, found);

        // By hand: 2 of 5 found ones are right, of 4 that there are.
        report.Precision.Should().BeApproximately(0.4, 1e-12);
        report.Recall.Should().BeApproximately(0.5, 1e-12);
        report.F1.Should().BeApproximately(4.0 / 9, 1e-12);
        report.Labels["x"].Precision.Should().BeApproximately(1.0 / 3, 1e-12);
        report.Labels["x"].Recall.Should().BeApproximately(0.5, 1e-12);
        report.Labels["y"].Count.Should().Be(2);
        report.Describe().Should().StartWith("all: F1 0.4444, precision 0.4, recall 0.5, 4 spans").And.Contain("\nx: F1 0.4,");
    }

    [Fact]
    public void Nothing_found_is_a_score_of_zero()
    {
        SpanReport report = SpanReport.Compare([new("a", [new(0, 1, "x")])], [[]]);

        (report.Precision, report.Recall, report.F1).Should().Be((0, 0, 0));
    }

    private static ExtractedSpan Found(int start, int length, string label) => new() { Span = new(start, length, label), Text = "", Probability = 1 };
}
