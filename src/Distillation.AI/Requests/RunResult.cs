namespace Distillation.AI;

/// <summary>The results of requests, in their order.</summary>
internal sealed record RunResult(IReadOnlyList<RequestResult> Results, RunOutcome Outcome);
