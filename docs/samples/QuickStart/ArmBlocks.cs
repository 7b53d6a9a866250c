using System.Globalization;
using Distillation.Reports;

namespace QuickStart;

/// <summary>Shows ways to get a model side by side.</summary>
internal static class ArmBlocks
{
    /// <summary>Returns the mean of each measure, with its deviation.</summary>
    public static ReportTable Summary(IReadOnlyList<Arm> arms)
    {
        string[] titles = ["model on the test images", "accuracy %", "NLL", "Brier", "ECE %"];
        bool costs = WithCosts(arms);
        return new(costs ? [.. titles, "parameters", Latency] : titles, arms.Select(arm => Row(arm, costs)));
    }

    /// <summary>Returns each measure of each seed or client, and draws them.</summary>
    /// <param name="arms">The ways.</param>
    /// <param name="of">Of what the measures are, such as <c>seed</c>.</param>
    /// <param name="names">The seeds or clients, in order; a way with one measure is of all of them.</param>
    public static IReadOnlyList<ReportBlock> Figures(IReadOnlyList<Arm> arms, string of, IReadOnlyList<int> names) =>
    [
        new ScatterPlot
        {
            Title = $"Accuracy and likelihood of each {of}",
            XLabel = "accuracy",
            YLabel = "NLL",
            Groups = [.. arms.Select(arm => new PlotSeries
            {
                Name = arm.Name,
                Points = [.. arm.Accuracy.Values.Zip(arm.NegativeLogLikelihood.Values, (accuracy, likelihood) => new PlotPoint(accuracy, likelihood))],
            })],
        },
        new ReportTable(
            WithCosts(arms) ? [.. Titles(of), "parameters", Latency] : Titles(of),
            arms.SelectMany(arm => Enumerable.Range(0, arm.Accuracy.Values.Count).Select(number => Row(arm, number, names, WithCosts(arms)))))
        {
            Title = $"Each {of}",
        },
    ];

    private static string Latency => FormattableString.Invariant($"µs for {Arm.ImagesAtOnce} images");

    private static bool WithCosts(IReadOnlyList<Arm> arms) => arms.Any(arm => arm.Parameters is not null);

    private static string[] Titles(string of) => ["model on the test images", of, "accuracy", "NLL", "Brier", "ECE"];

    private static IReadOnlyList<ReportCell> Row(Arm arm, bool costs)
    {
        ReportCell[] row =
        [
            arm.Name,
            arm.Accuracy.Show("0.0", 100),
            arm.NegativeLogLikelihood.Show("0.000"),
            arm.BrierScore.Show("0.000"),
            arm.ExpectedCalibrationError.Show("0.0", 100),
        ];
        return costs ? [.. row, arm.Parameters?.ToString("N0", CultureInfo.InvariantCulture) ?? "", arm.LatencyMicroseconds?.Show("0") ?? ""] : row;
    }

    private static IReadOnlyList<ReportCell> Row(Arm arm, int number, IReadOnlyList<int> names, bool costs)
    {
        ReportCell[] row =
        [
            arm.Name,
            arm.Accuracy.Values.Count == names.Count ? (ReportCell)names[number] : "all",
            arm.Accuracy.Values[number],
            arm.NegativeLogLikelihood.Values[number],
            arm.BrierScore.Values[number],
            arm.ExpectedCalibrationError.Values[number],
        ];
        return costs
            ?
            [
                .. row,
                arm.Parameters is { } parameters ? (ReportCell)parameters : "",
                arm.LatencyMicroseconds is { } latency ? (ReportCell)latency.Values[number] : "",
            ]
            : row;
    }
}
