namespace Distillation.AI;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>All requests were sent, or had their answers in the ledger.</summary>
    Complete,

    /// <summary>A <see cref="SpendingLimit"/> was reached before all requests were sent.</summary>
    StoppedByLimit,
}
