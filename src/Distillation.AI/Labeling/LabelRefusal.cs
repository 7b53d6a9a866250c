namespace Distillation.AI;

/// <summary>A text without a label, and why.</summary>
public sealed record LabelRefusal
{
    /// <summary>Gets the place of the text.</summary>
    public required int Index { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets why there is no label: no answer was well formed, or the request failed.</summary>
    public required string Reason { get; init => field = Require.Text(value); }
}
