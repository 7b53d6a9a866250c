using System.Globalization;

namespace Distillation.AI;

/// <summary>Where a generation of texts is: reported after each round.</summary>
public sealed record GenerationProgress
{
    /// <summary>Gets the number of the round, from 1.</summary>
    public required int Round { get; init => field = Require.Positive(value); }

    /// <summary>Gets how many texts are kept so far.</summary>
    public required int Kept { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how many texts there are to be, of all labels.</summary>
    public required int Target { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets what was spent so far.</summary>
    public required Spending Spending { get; init => field = Require.Present(value); }

    /// <summary>Returns the progress in one line.</summary>
    /// <returns>Such as <c>round 2: 180 of 200 texts, 30 requests (0 retries), 60000 tokens</c>.</returns>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"round {Round}: {Kept} of {Target} texts, {Spending.Describe()}");
}
