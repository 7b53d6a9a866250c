using Distillation;

namespace QuickStart;

/// <summary>A way to get a model, measured on the test images once for each seed or client.</summary>
internal sealed class Arm(string name, IReadOnlyList<EvaluationReport> reports)
{
    public string Name => name;

    public Spread Accuracy { get; } = new(reports.Select(report => report.Accuracy));

    public Spread NegativeLogLikelihood { get; } = new(reports.Select(report => report.NegativeLogLikelihood));

    public Spread BrierScore { get; } = new(reports.Select(report => report.BrierScore));

    public Spread ExpectedCalibrationError { get; } = new(reports.Select(report => report.ExpectedCalibrationError));

    public long? Parameters { get; init; }

    public Spread? LatencyMicroseconds { get; init; }
}
