using System.Globalization;

namespace QuickStart;

/// <summary>Figures in rows: the first row has the titles, the first column the names.</summary>
internal sealed record ReportTable(IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static ReportTable Of(IReadOnlyList<Arm> arms)
    {
        string[] titles = ["model on the test images", "accuracy %", "NLL", "Brier", "ECE %"];
        bool costs = arms.Any(arm => arm.Parameters is not null);
        return new([costs ? [.. titles, "parameters", "latency µs"] : titles, .. arms.Select(arm => Row(arm, costs))]);
    }

    private static string[] Row(Arm arm, bool costs)
    {
        string[] row =
        [
            arm.Name,
            arm.Accuracy.Show("0.0", 100),
            arm.NegativeLogLikelihood.Show("0.000"),
            arm.BrierScore.Show("0.000"),
            arm.ExpectedCalibrationError.Show("0.0", 100),
        ];
        return costs ? [.. row, arm.Parameters?.ToString("N0", CultureInfo.InvariantCulture) ?? "", arm.LatencyMicroseconds?.Show("0") ?? ""] : row;
    }
}
