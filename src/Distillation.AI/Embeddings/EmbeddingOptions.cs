namespace Distillation.AI;

/// <summary>How texts are embedded.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Gets the cache: texts in it are not sent, and new embeddings are added to it. It stays the caller's.</summary>
    /// <value>The default value is <see langword="null"/>: there is no cache.</value>
    public EmbeddingCache? Cache { get; init; }

    /// <summary>Gets the name of the model, which is sent with each request and is part of the key of the cache.</summary>
    /// <value>The default value is <see langword="null"/>: the model that the generator names as its default.</value>
    public string? Model { get; init => field = value is null ? null : Require.Text(value, nameof(Model)); }

    /// <summary>Gets the number of dimensions that the model is to output, which is part of the key of the cache.</summary>
    /// <value>Positive. The default value is <see langword="null"/>: that of the model.</value>
    public int? Dimensions { get; init => field = value is { } given ? Require.Positive(given, nameof(Dimensions)) : null; }

    /// <summary>Gets the number of texts of a request.</summary>
    /// <value>Positive. The default value is 64.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 64;

    /// <summary>Gets the number of requests at a time.</summary>
    /// <value>Positive. The default value is 4.</value>
    public int Concurrency { get; init => field = Require.Positive(value); } = 4;
}
