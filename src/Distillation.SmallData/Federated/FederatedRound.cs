using System.Globalization;

namespace Distillation.SmallData;

/// <summary>A round of federated training.</summary>
public sealed record FederatedRound
{
    /// <summary>Gets the number of the round, from 0.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the numbers of the clients that took part, in ascending order.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>Gets the mean of the clients' losses in their last local epoch, weighted as their models are.</summary>
    public required double Loss { get; init; }

    /// <summary>Gets the number of bytes that the clients sent to the server, all together.</summary>
    public required long BytesSent { get; init; }

    /// <summary>Gets the number of bytes that the clients received from the server, all together.</summary>
    public required long BytesReceived { get; init; }

    /// <summary>Gets the measurement of the global model after the round on test samples.</summary>
    /// <value><see langword="null"/> where there are no test samples, or where the round was not measured.</value>
    public EvaluationReport? Report { get; init; }

    /// <summary>Describes the round.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe()
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"round {Number + 1}: {Clients.Count} clients, loss {Loss:G4}");
        return Report is null ? line : line + string.Create(CultureInfo.InvariantCulture, $", accuracy {100 * Report.Accuracy:G4} %");
    }
}
