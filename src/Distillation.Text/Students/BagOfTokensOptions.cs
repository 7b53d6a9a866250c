using System.Collections.Immutable;

namespace Distillation.Text;

/// <summary>The sizes of a classifier of bags of tokens.</summary>
public sealed record BagOfTokensOptions
{
    /// <summary>Gets the size of a token's embedding, which is the first hidden layer.</summary>
    /// <value>Positive. The default is 64.</value>
    public int EmbeddingSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the sizes of the hidden layers between the embedding and the output.</summary>
    /// <value>Each positive. The default is empty: the output follows the embedding.</value>
    public ImmutableArray<int> HiddenSizes { get; init => field = Checked(value); } = [];

    /// <summary>Gets the share of the numbers of a hidden layer that training sets to 0.</summary>
    /// <value>In [0, 1). The default is 0.</value>
    public double Dropout { get; init => field = Require.BelowOne(value); }

    private static ImmutableArray<int> Checked(ImmutableArray<int> sizes)
    {
        foreach (int size in sizes)
        {
            Require.Positive(size, nameof(HiddenSizes));
        }

        return sizes;
    }
}
