namespace Distillation;

/// <summary>What happens to a gradient before, and to the weights after, the optimizer's step.</summary>
public sealed record UpdateOptions : ISelfDescribing
{
    /// <summary>Gets the largest L2 norm of the whole gradient; a longer one is scaled down to it.</summary>
    /// <value>
    /// Positive, or <see langword="null"/>: no clipping by norm. The default value is <see langword="null"/>. It comes after <see cref="ClipValue"/>.
    /// </value>
    public double? ClipNorm { get; init => field = value is { } norm ? Require.Positive(norm) : null; }

    /// <summary>Gets the largest absolute value of any element of the gradient; larger ones are cut to it.</summary>
    /// <value>Positive, or <see langword="null"/>: no clipping by value. The default value is <see langword="null"/>.</value>
    public double? ClipValue { get; init => field = value is { } limit ? Require.Positive(limit) : null; }

    /// <summary>Gets the decay of a moving average of the weights: average ← decay · average + (1 − decay) · weights after each update.</summary>
    /// <value>
    /// In [0, 1), or <see langword="null"/>: no average. The default value is <see langword="null"/>. With an average, validation sees the averaged weights,
    /// and the student has them at the end.
    /// </value>
    public double? AverageDecay { get; init => field = value is { } decay ? Require.BelowOne(decay) : null; }

    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() =>
        [(nameof(ClipNorm), ClipNorm), (nameof(ClipValue), ClipValue), (nameof(AverageDecay), AverageDecay)];
}
