namespace Distillation.AI;

/// <summary>What became of a text that a model wrote.</summary>
public enum GeneratedFate
{
    /// <summary>It is in the result.</summary>
    Kept,

    /// <summary>It is the same as, or similar to, a text that was generated before.</summary>
    Duplicate,

    /// <summary>It is the same as, or similar to, an original or an example of the task.</summary>
    Copy,

    /// <summary>The second pass assigned another label.</summary>
    Disagreement,

    /// <summary>The second pass has no answer for it: refused, failed, or stopped by a limit.</summary>
    Unverified,

    /// <summary>Its label has enough texts without it.</summary>
    Surplus,
}
