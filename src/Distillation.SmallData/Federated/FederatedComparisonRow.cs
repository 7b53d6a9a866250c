using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>One way of learning from scattered data, measured.</summary>
public sealed record FederatedComparisonRow
{
    /// <summary>Gets the name of the way.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the accuracy on the test samples; where each client has a model, the mean of the clients.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the 95 % interval of the accuracy over other test samples.</summary>
    /// <value>Wilson's score interval, 1927, of as many samples as the test source has. It is for this draw of the clients.</value>
    public required Interval Interval { get; init; }

    /// <summary>Gets the negative log-likelihood of the labels; where each client has a model, the mean of the clients.</summary>
    public required double NegativeLogLikelihood { get; init; }

    /// <summary>Gets the expected calibration error; where each client has a model, the mean of the clients.</summary>
    public required double ExpectedCalibrationError { get; init; }

    /// <summary>Gets the number of bytes that all clients send together.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Gets the number of bytes that all clients receive together.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Gets the number of rounds of communication.</summary>
    public required int Rounds { get; init; }

    /// <summary>Gets the duration of the training, of all clients one after the other, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Describes the row.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: accuracy {100 * Accuracy:G4} % [{100 * Interval.Low:G4}, {100 * Interval.High:G4}], ECE {100 * ExpectedCalibrationError:G4} %, "
        + $"sent {BytesSent / 1e6:G4} MB, received {BytesReceived / 1e6:G4} MB, rounds {Rounds}, {Seconds:G4} s");

    internal static FederatedComparisonRow Of(string name, IReadOnlyList<EvaluationReport> reports)
    {
        double accuracy = reports.Average(report => report.Accuracy);
        return new()
        {
            Name = name,
            Accuracy = accuracy,
            Interval = WilsonInterval.Of(accuracy, reports[0].Samples),
            NegativeLogLikelihood = reports.Average(report => report.NegativeLogLikelihood),
            ExpectedCalibrationError = reports.Average(report => report.ExpectedCalibrationError),
            BytesSent = 0,
            BytesReceived = 0,
            Rounds = 0,
            Seconds = 0,
        };
    }
}
