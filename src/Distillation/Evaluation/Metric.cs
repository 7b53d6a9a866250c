namespace Distillation;

/// <summary>One number of an evaluation, and which way it gets better.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Of">Reads it from a report.</param>
/// <param name="HigherIsBetter">Whether a larger number is the better one.</param>
public sealed record Metric(string Name, Func<EvaluationReport, double> Of, bool HigherIsBetter) : ISelfDescribing
{
    /// <summary>Gets the accuracy; higher is better.</summary>
    public static Metric Accuracy { get; } = new(nameof(Accuracy), report => report.Accuracy, HigherIsBetter: true);

    /// <summary>Gets the negative log-likelihood; lower is better.</summary>
    public static Metric NegativeLogLikelihood { get; } = new(nameof(NegativeLogLikelihood), report => report.NegativeLogLikelihood, HigherIsBetter: false);

    /// <summary>Gets the Brier score; lower is better.</summary>
    public static Metric BrierScore { get; } = new(nameof(BrierScore), report => report.BrierScore, HigherIsBetter: false);

    /// <summary>Gets the expected calibration error; lower is better.</summary>
    public static Metric ExpectedCalibrationError { get; } = new(
        nameof(ExpectedCalibrationError), report => report.ExpectedCalibrationError, HigherIsBetter: false);

    /// <summary>Gets the macro F1; higher is better.</summary>
    public static Metric MacroF1 { get; } = new(nameof(MacroF1), report => report.MacroF1, HigherIsBetter: true);

    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() => [(nameof(Name), Name), (nameof(HigherIsBetter), HigherIsBetter)];

    /// <summary>Returns whether one value is better than another.</summary>
    /// <param name="candidate">The value.</param>
    /// <param name="best">The value to beat.</param>
    /// <param name="minimumImprovement">By how much it must be beaten; more than that, or any bit where it is 0.</param>
    /// <returns><see langword="true"/> if it is. What is not a number is never better, and any number is better than what is none.</returns>
    public bool IsBetter(double candidate, double best, double minimumImprovement = 0)
    {
        double gain = HigherIsBetter ? candidate - best : best - candidate;
        return double.IsNaN(best) ? !double.IsNaN(candidate) : gain > 0 && gain >= minimumImprovement;
    }
}
