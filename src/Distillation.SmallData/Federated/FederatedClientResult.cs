namespace Distillation.SmallData;

/// <summary>What one client of scattered data got of the others.</summary>
public sealed record FederatedClientResult
{
    /// <summary>Gets the model of its own samples alone.</summary>
    public required FederatedModel Before { get; init; }

    /// <summary>Gets the model that the others have helped with.</summary>
    public required FederatedModel After { get; init; }

    /// <summary>Gets how the first does on test samples; <see langword="null"/> where none were given.</summary>
    public EvaluationReport? ReportBefore { get; init; }

    /// <summary>Gets how the second does on test samples; <see langword="null"/> where none were given.</summary>
    public EvaluationReport? ReportAfter { get; init; }

    /// <summary>Describes the change of the client.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => ReportBefore is null || ReportAfter is null ? "Not measured." : $"Before: {ReportBefore}. After: {ReportAfter}.";
}
