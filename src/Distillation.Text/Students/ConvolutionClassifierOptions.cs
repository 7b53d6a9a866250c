using System.Collections.Immutable;

namespace Distillation.Text;

/// <summary>The sizes of a convolutional classifier of texts.</summary>
public sealed record ConvolutionClassifierOptions
{
    /// <summary>Gets the size of a token's embedding.</summary>
    /// <value>Positive. The default is 64.</value>
    public int EmbeddingSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the widths of the filters, in tokens.</summary>
    /// <value>Each positive and odd, so that the filters keep the length; at least one. The default is 3 and 5.</value>
    public ImmutableArray<int> Widths
    {
        get;
        init => field = !value.IsDefaultOrEmpty && value.All(width => width > 0 && width % 2 == 1)
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), value.IsDefault ? "none" : string.Join(", ", value), $"{nameof(Widths)} must be at least one, each positive and odd.");
    }
        = [3, 5];

    /// <summary>Gets the number of filters of each width.</summary>
    /// <value>Positive. The default is 64.</value>
    public int Filters { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the share of the pooled numbers that training sets to 0.</summary>
    /// <value>In [0, 1). The default is 0; Kim has 0.5.</value>
    public double Dropout { get; init => field = Require.BelowOne(value); }
}
