using Distillation;

namespace QuickStart;

/// <summary>A way to get a model, measured on the test images once for each seed or client.</summary>
internal sealed class Arm(string name, IReadOnlyList<EvaluationReport> reports)
{
    /// <summary>How many images there are in a forward pass that is timed.</summary>
    public const int ImagesAtOnce = 64;

    public string Name => name;

    public Spread Accuracy { get; } = new(reports.Select(report => report.Accuracy));

    public Spread NegativeLogLikelihood { get; } = new(reports.Select(report => report.NegativeLogLikelihood));

    public Spread BrierScore { get; } = new(reports.Select(report => report.BrierScore));

    public Spread ExpectedCalibrationError { get; } = new(reports.Select(report => report.ExpectedCalibrationError));

    public long? Parameters { get; init; }

    /// <summary>Gets the time of a forward pass of <see cref="ImagesAtOnce"/> images.</summary>
    public Spread? LatencyMicroseconds { get; init; }
}
