using System.Globalization;

namespace Distillation.AI;

/// <summary>What a run has spent. Answers from a ledger are not in it.</summary>
public sealed record Spending
{
    /// <summary>Gets how many requests were sent, retries included.</summary>
    /// <value>The default value is 0.</value>
    public long Requests { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many of <see cref="Requests"/> are retries: after errors, and after malformed answers.</summary>
    /// <value>The default value is 0.</value>
    public long Retries { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the tokens.</summary>
    /// <value>The default value has no tokens.</value>
    public TokenUsage Tokens { get; init => field = Require.Present(value); } = new();

    /// <summary>Gets the cost, in the currency of <see cref="ModelPrice"/>.</summary>
    /// <value>The default value is <see langword="null"/>: no price is known.</value>
    public decimal? Cost { get; init => field = value is { } cost ? Require.NotNegative(cost) : null; }

    /// <summary>Returns the spending in one line.</summary>
    /// <returns>Such as <c>105 requests (5 retries), 61000 tokens, cost 0.1213</c>.</returns>
    public string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"{Requests} requests ({Retries} retries), {Tokens.Total} tokens")
        + (Cost is { } cost ? string.Create(CultureInfo.InvariantCulture, $", cost {cost:G4}") : "");

    /// <summary>Returns the spending when all requests of a run have ended, if the others cost as much as those that have.</summary>
    internal static Spending Extrapolate(Spending before, Spending now, int ended, int all)
    {
        double factor = (double)all / ended;
        long retries = Scaled(before.Retries, now.Retries);
        return new()
        {
            Requests = before.Requests + all + retries - before.Retries,
            Retries = retries,
            Tokens = new()
            {
                Input = Scaled(before.Tokens.Input, now.Tokens.Input),
                Output = Scaled(before.Tokens.Output, now.Tokens.Output),
                CachedInput = Scaled(before.Tokens.CachedInput, now.Tokens.CachedInput),
                Reasoning = Scaled(before.Tokens.Reasoning, now.Tokens.Reasoning),
            },
            Cost = before.Cost + ((now.Cost - before.Cost) * (decimal)factor),
        };

        long Scaled(long first, long second) => first + (long)Math.Round((second - first) * factor);
    }
}
