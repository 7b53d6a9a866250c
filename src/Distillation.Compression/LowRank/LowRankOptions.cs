namespace Distillation.Compression;

/// <summary>Which layers become products of two, and of what rank.</summary>
public sealed record LowRankOptions
{
    /// <summary>
    /// Gets the share of the squared singular values that stay: the smallest rank that has it is taken. With <see cref="Data"/> they are those of the layer on
    /// its inputs, so that the share is that of the squared outputs.
    /// </summary>
    /// <value>In (0, 1]. The default is 0.9.</value>
    public double Energy { get; init => field = Require.Positive(Require.InRange(value, 0, 1), nameof(value)); } = 0.9;

    /// <summary>Gets the rank of all layers, in the place of <see cref="Energy"/>.</summary>
    /// <value>Positive. The default is <see langword="null"/>: each layer has its own.</value>
    public int? Rank { get; init => field = value is { } rank ? Require.Positive(rank) : null; }

    /// <summary>
    /// Gets inputs on which outputs are to stay alike: factors are those of <c>W·C</c> with <c>C·Cᵀ</c> the second moment of a layer's inputs, which makes the
    /// outputs of the layer as near as the rank allows. (Wang et al., "SVD-LLM", 2024; activation-aware.)
    /// </summary>
    /// <value>The default is <see langword="null"/>: weights are to stay alike.</value>
    public IDataSource? Data { get; init; }

    /// <summary>Gets the number of samples in a batch of <see cref="Data"/>.</summary>
    /// <value>Positive. The default is 64.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the layers that stay as they are, by path; <c>*</c> stands for any characters and <c>?</c> for one.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Excluded { get; init => field = [.. Require.Present(value)]; } = [];
}
