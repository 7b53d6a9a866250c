using System.Globalization;
using Distillation.SmallData;

namespace Distillation.Reports;

/// <summary>Ways of learning from scattered data side by side.</summary>
internal static class FederatedSections
{
    /// <exception cref="ArgumentException">No way leaves the samples where they are.</exception>
    public static IReadOnlyList<ReportSection> Of(FederatedComparisonResult result) => result.Best is { } best
        ? [Verdict(result, best), Communication(result), Ways(result)]
        : throw new ArgumentException(
            $"{nameof(FederatedComparisonResult.Rows)} must have a way that leaves the samples where they are, but none of {result.Rows.Count} does.",
            nameof(result));

    private static ReportSection Verdict(FederatedComparisonResult result, FederatedComparisonRow best)
    {
        return new()
        {
            Title = "Verdict",
            Blocks =
            [
                new ReportText
                {
                    Text = string.Create(
                        CultureInfo.InvariantCulture,
                        $"Best without central data: {best.Name}, with an accuracy of {100 * best.Accuracy:0.0} % "
                        + $"({100 * best.Interval.Low:0.0} to {100 * best.Interval.High:0.0}). "
                        + $"It is the largest number, not a tested difference: ways whose intervals overlap may be as good."),
                },
                new ReportFacts
                {
                    Values =
                    [
                        new("best", best.Name),
                        new("accuracy", best.Accuracy),
                        new("ECE", best.ExpectedCalibrationError),
                        new("bytes sent and received", best.BytesSent + best.BytesReceived),
                        new("rounds", best.Rounds),
                        new("ways", result.Rows.Count),
                    ],
                },
            ],
        };
    }

    private static ReportSection Communication(FederatedComparisonResult result)
    {
        FederatedComparisonRow[] silent = [.. result.Rows.Where(row => Bytes(row) == 0)];
        FederatedComparisonRow[] others = [.. result.Rows.Where(row => Bytes(row) > 0)];
        string text = "Intervals are 95 % intervals for other test samples (Wilson, 1927), for this draw of the clients. Bytes are those that all clients send "
            + "and receive together. The dashed line connects the ways that no other beats in both."
            + (silent.Length == 0 ? "" : $" Not on the axis of bytes, for none are counted: {string.Join(", ", silent.Select(row => row.Name))}.");
        return new()
        {
            Title = "Accuracy and communication",
            Blocks =
            [
                new ReportText { Text = text },
                new ScatterPlot
                {
                    Title = "Accuracy by communication",
                    XLabel = "bytes sent and received",
                    YLabel = "accuracy",
                    LogX = true,
                    Front = ParetoFront.SmallXLargeY,
                    Groups =
                    [
                        .. others.Select(row => new PlotSeries
                        {
                            Name = row.Name,
                            Points = [new PlotPoint(Bytes(row), row.Accuracy) { Interval = row.Interval }],
                        }),
                    ],
                },
                new IntervalPlot
                {
                    Title = "Accuracy of all ways",
                    ValueLabel = "accuracy",
                    Values = [.. result.Rows.Select(row => new PlotInterval(row.Name, row.Accuracy, row.Interval))],
                },
            ],
        };
    }

    private static ReportSection Ways(FederatedComparisonResult result) => new()
    {
        Title = "Ways",
        Blocks =
        [
            new ReportTable(
                ["way", "accuracy", "from", "to", "NLL", "ECE", "bytes sent", "bytes received", "rounds", "time"],
                result.Rows.Select(row => (IReadOnlyList<ReportCell>)
                    [
                        row.Name,
                        row.Accuracy,
                        row.Interval.Low,
                        row.Interval.High,
                        row.NegativeLogLikelihood,
                        row.ExpectedCalibrationError,
                        row.BytesSent,
                        row.BytesReceived,
                        row.Rounds,
                        Time(row.Seconds),
                    ])),
            new IntervalPlot
            {
                Title = "Calibration",
                ValueLabel = "expected calibration error (ECE)",
                Guide = 0,
                Values = [.. result.Rows.Select(row => new PlotInterval(row.Name, row.ExpectedCalibrationError))],
            },
        ],
    };

    private static long Bytes(FederatedComparisonRow row) => row.BytesSent + row.BytesReceived;

    private static ReportCell Time(double seconds) =>
        seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds ? Duration.Of(TimeSpan.FromSeconds(seconds)) : seconds;
}
