using System.Globalization;

namespace Distillation.AI;

/// <summary>Where a run of requests is. With several samples a text, each is one.</summary>
public sealed record LabelingProgress
{
    /// <summary>Gets how many requests have ended: with an answer, from the ledger, refused or failed.</summary>
    public required int Done { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the number of requests.</summary>
    public required int Total { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many requests had their answers in the ledger, or are the same as another one.</summary>
    public required int FromLedger { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many requests were refused or failed.</summary>
    public required int Refused { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets what was spent so far.</summary>
    public required Spending Spending { get; init => field = Require.Present(value); }

    /// <summary>Gets what will be spent at the end, if the requests that are left cost as much as those so far.</summary>
    /// <value><see langword="null"/> before the first paid answer. A limit is not taken into account.</value>
    public required Spending? Expected { get; init; }

    /// <summary>Returns the progress in one line.</summary>
    /// <returns>Such as <c>120 of 500 (100 from the ledger, 1 refused): 20 requests (0 retries), 6000 tokens; expected: …</c>.</returns>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Done} of {Total} ({FromLedger} from the ledger, {Refused} refused): {Spending.Describe()}")
        + (Expected is null ? "" : $"; expected: {Expected.Describe()}");
}
