namespace Distillation.SmallData;

/// <summary>What one client of scattered data got of the others.</summary>
/// <param name="Before">The model of its own samples alone.</param>
/// <param name="After">The model that the others have helped with.</param>
/// <param name="ReportBefore">How the first does on test samples; <see langword="null"/> where none were given.</param>
/// <param name="ReportAfter">How the second does on test samples; <see langword="null"/> where none were given.</param>
public sealed record FederatedClientResult(FederatedModel Before, FederatedModel After, EvaluationReport? ReportBefore, EvaluationReport? ReportAfter);
