using System.Collections.Immutable;
using Distillation.Evaluation;

namespace Distillation.Reports;

/// <summary>
/// How a report shows suspect samples themselves: inputs [N, C, H, W] of one or three channels as small gray or colored images, inputs [N, F] as rows of
/// numbers.
/// </summary>
public sealed record SampleDisplay
{
    /// <summary>Gets the samples of the diagnosis, in the same order: those that the model distillation was given.</summary>
    public required IDataSource Samples { get; init => field = Require.Present(value); }

    /// <summary>Gets how many samples are shown at most, those with the least likely labels.</summary>
    /// <value>Positive. The default value is 24.</value>
    public int Count { get; init => field = Require.Positive(value); } = 24;

    /// <summary>Gets the names of the columns of samples [N, F].</summary>
    /// <value>F names, or none: <c>x0</c>, <c>x1</c> and so on. The default value is none.</value>
    public IReadOnlyList<string> ColumnNames { get; init => field = [.. Require.Present(value)]; } = ImmutableArray<string>.Empty;

    /// <summary>Gets the numbers that are black and white in images; what is beyond them is black or white too.</summary>
    /// <value>
    /// Finite, the lower below the upper; such as 0 to 1. <see langword="null"/>: the smallest and the largest number of the images that are shown. The default
    /// value is <see langword="null"/>.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">An end is not finite, or the lower is not below the upper.</exception>
    public Interval? PixelRange
    {
        get;
        init => field = value is not { } range || (double.IsFinite(range.Low) && double.IsFinite(range.High) && range.Low < range.High)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(PixelRange), value, $"{nameof(PixelRange)} must have finite ends, the lower below the upper, but was {value}.");
    }
}
