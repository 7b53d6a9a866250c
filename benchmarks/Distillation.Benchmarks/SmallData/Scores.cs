namespace Distillation.Benchmarks.SmallData;

/// <summary>What is measured of a model on test samples.</summary>
internal sealed record Scores(double Accuracy, double NegativeLogLikelihood, double Brier, double ExpectedCalibrationError)
{
    public static Scores Of(EvaluationReport report) => new(report.Accuracy, report.NegativeLogLikelihood, report.BrierScore, report.ExpectedCalibrationError);

    public static Scores MeanOf(IEnumerable<EvaluationReport> reports)
    {
        Scores[] all = [.. reports.Select(Of)];
        return new(all.Average(one => one.Accuracy), all.Average(one => one.NegativeLogLikelihood), all.Average(one => one.Brier), all.Average(one =>
            one.ExpectedCalibrationError));
    }
}
