using System.Globalization;

namespace Distillation.SmallData;

/// <summary>A round of federated training.</summary>
public sealed record FederatedRound
{
    /// <summary>Gets the number of the round, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the numbers of the clients that took part, in ascending order.</summary>
    /// <value>With privacy it can be empty, and must stay secret.</value>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>Gets the mean of the clients' losses in their last local epoch, weighted as their models are.</summary>
    /// <value>Not a number where no client took part. It is computed from the samples, and is not private.</value>
    public required double Loss { get; init; }

    /// <summary>Gets the number of bytes that the clients sent to the server, all together.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Gets the number of bytes that the clients received from the server, all together.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Gets the measurement of the global model after the round on test samples.</summary>
    /// <value><see langword="null"/> where there are no test samples, or where the round was not measured.</value>
    public EvaluationReport? Report { get; init; }

    /// <summary>Gets ε of all rounds up to this one, by <see cref="RdpAccountant"/>.</summary>
    /// <value>Zero or positive; <see langword="null"/> without <see cref="FederatedAveragingOptions.Privacy"/>.</value>
    public double? Epsilon { get; init; }

    /// <summary>Gets the share of the clients of the round whose updates were longer than <see cref="FederatedPrivacyOptions.ClipNorm"/>.</summary>
    /// <value>
    /// In [0, 1]; 0 where no client took part, and <see langword="null"/> without <see cref="FederatedAveragingOptions.Privacy"/>. It is computed from the
    /// samples, and is not private.
    /// </value>
    public double? ClippedShare { get; init; }

    /// <summary>Describes the round.</summary>
    /// <returns>A line, with 4 significant digits; with privacy, without the numbers that are not private.</returns>
    public string Describe()
    {
        string line = Epsilon is { } epsilon
            ? string.Create(CultureInfo.InvariantCulture, $"round {Number + 1}: ε {epsilon:G4}")
            : string.Create(CultureInfo.InvariantCulture, $"round {Number + 1}: {Clients.Count} clients, loss {Loss:G4}");
        return Report is null ? line : line + string.Create(CultureInfo.InvariantCulture, $", accuracy {100 * Report.Accuracy:G4} %");
    }
}
