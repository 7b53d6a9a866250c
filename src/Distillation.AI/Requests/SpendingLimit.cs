namespace Distillation.AI;

/// <summary>
/// How much one run may spend. When any of the limits is reached no new request begins; those in flight end and are kept, so that up to as many requests as run
/// at a time may go beyond a limit on tokens or cost. Answers from a ledger cost nothing.
/// </summary>
public sealed record SpendingLimit
{
    /// <summary>Gets the largest number of requests that are sent.</summary>
    /// <value>Zero or positive; the default value is <see langword="null"/>: no limit. Retries of a request that has begun may go beyond it.</value>
    public long? Requests { get; init => field = value is { } limit ? Require.NotNegative(limit) : null; }

    /// <summary>Gets the number of tokens, of prompts and answers together, at which no new request begins.</summary>
    /// <value>Zero or positive; the default value is <see langword="null"/>: no limit. The client must report its usage.</value>
    public long? Tokens { get; init => field = value is { } limit ? Require.NotNegative(limit) : null; }

    /// <summary>Gets the cost at which no new request begins, in the currency of <see cref="ModelPrice"/>.</summary>
    /// <value>Zero or positive; the default value is <see langword="null"/>: no limit. The client must report its usage.</value>
    public decimal? Cost { get; init => field = value is { } limit ? Require.NotNegative(limit) : null; }

    internal bool NeedsUsage => Tokens is not null || Cost is not null;

    internal bool IsReached(Spending spending) =>
        spending.Requests >= Requests || spending.Tokens.Total >= Tokens || (spending.Cost ?? 0) >= Cost;
}
