namespace Distillation.Evaluation;

/// <summary>An interval of numbers.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Returns whether a number lies in it, the ends included.</summary>
    /// <param name="value">The number.</param>
    /// <returns><see langword="true"/> if it does.</returns>
    public bool Contains(double value) => Low <= value && value <= High;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Low:+0.###;-0.###;0} to {High:+0.###;-0.###;0}");
}
