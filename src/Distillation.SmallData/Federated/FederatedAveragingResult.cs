using System.Globalization;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>A model that clients have trained in rounds. Disposing the result disposes the models.</summary>
public sealed class FederatedAveragingResult : IDisposable
{
    private readonly long _finalBytes;

    internal FederatedAveragingResult(Module<Tensor, Tensor> module, long finalBytes)
    {
        Module = module;
        _finalBytes = finalBytes;
        Teacher = Distillation.Teacher.From(module);
    }

    /// <summary>Gets the global model, in evaluation mode.</summary>
    public Module<Tensor, Tensor> Module { get; }

    /// <summary>Gets the global model as a teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>Gets the name of the algorithm.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Gets the rounds, in order.</summary>
    public required IReadOnlyList<FederatedRound> Rounds { get; init; }

    /// <summary>Gets the last local model of each client that took part, by the number of the client.</summary>
    /// <value>Empty unless <see cref="FederatedAveragingOptions.KeepsClientModels"/> is set.</value>
    public required IReadOnlyDictionary<int, FederatedModel> ClientModels { get; init; }

    /// <summary>Gets ε of all rounds: the logarithm by which a client changes the probability of any outcome at most, but for <see cref="Delta"/>.</summary>
    /// <value>Zero or positive; <see langword="null"/> without <see cref="FederatedAveragingOptions.Privacy"/>.</value>
    public double? Epsilon => Rounds[^1].Epsilon;

    /// <summary>Gets δ.</summary>
    /// <value>In (0, 1); <see langword="null"/> without <see cref="FederatedAveragingOptions.Privacy"/>.</value>
    public double? Delta { get; init; }

    /// <summary>Gets the number of bytes that the clients sent, all together in all rounds: parameters and buffers, and what the algorithm adds.</summary>
    public long BytesSent => Rounds.Sum(round => round.BytesSent);

    /// <summary>Gets the number of bytes that the clients received, all together in all rounds, and of the final model for each client.</summary>
    public long BytesReceived => Rounds.Sum(round => round.BytesReceived) + _finalBytes;

    /// <summary>Gets the duration of the run, measurements on test samples included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets the measurement of the final model on test samples; <see langword="null"/> where there were none.</summary>
    public EvaluationReport? Report => Rounds[^1].Report;

    /// <summary>Describes the run.</summary>
    /// <returns>Some lines, with 4 significant digits; with privacy, without the numbers that are not private.</returns>
    public string Describe()
    {
        List<string> lines = Epsilon is { } epsilon
            ?
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Algorithm}, {Rounds.Count} rounds, ({epsilon:G4}, {Delta:G4})-differential privacy of each client, {Elapsed.TotalSeconds:G4} s"),
            ]
            :
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Algorithm}, {Rounds.Count} rounds of {Rounds.Min(round => round.Clients.Count)} to {Rounds.Max(round => round.Clients.Count)} clients, "
                    + $"{Elapsed.TotalSeconds:G4} s"),
                string.Create(CultureInfo.InvariantCulture, $"clients sent {BytesSent / 1e6:G4} MB and received {BytesReceived / 1e6:G4} MB"),
            ];
        lines.AddRange(Rounds.Where(round => round.Report is not null).Select(round => round.Describe()));
        return string.Join(Environment.NewLine, lines);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Teacher.Dispose();
        Module.Dispose();
        foreach (FederatedModel model in ClientModels.Values)
        {
            model.Dispose();
        }
    }
}
