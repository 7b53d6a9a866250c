using Microsoft.Extensions.AI;

namespace Distillation.AI;

/// <summary>Counts what a run spends, and stops it at a limit. Members may be called by several threads at a time.</summary>
internal sealed class SpendingMeter(SpendingLimit? limit, ModelPrice? price)
{
    private readonly Lock _lock = new();
    private Spending _spent = new() { Cost = price is null ? null : 0 };
    private bool _usageMissing;

    public Spending Spent
    {
        get
        {
            lock (_lock)
            {
                return _spent;
            }
        }
    }

    /// <summary>Counts a new request, unless a limit is reached.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (limit?.IsReached(_spent) == true)
            {
                return false;
            }

            _spent = _spent with { Requests = _spent.Requests + 1 };
            return true;
        }
    }

    /// <summary>Counts a request that is sent once more.</summary>
    public void AddRetry()
    {
        lock (_lock)
        {
            _spent = _spent with { Requests = _spent.Requests + 1, Retries = _spent.Retries + 1 };
        }
    }

    /// <summary>Adds the tokens of an answer at the price of its model, or that of the run if none is known, and returns them.</summary>
    public TokenUsage Add(UsageDetails? usage, ModelPrice? modelPrice)
    {
        TokenUsage added = TokenUsage.From(usage);
        lock (_lock)
        {
            _usageMissing |= usage is null;
            _spent = _spent with { Tokens = _spent.Tokens.Plus(added), Cost = _spent.Cost + (modelPrice ?? price)?.Cost(added) };
        }

        return added;
    }

    /// <summary>Throws if there is a limit on tokens or cost and an answer came without its usage.</summary>
    public void RequireUsage()
    {
        lock (_lock)
        {
            if (_usageMissing && limit?.NeedsUsage == true)
            {
                throw new InvalidOperationException(
                    "The client does not report the tokens of its answers: a limit on tokens or cost cannot be kept. Limit the number of requests instead.");
            }
        }
    }
}
