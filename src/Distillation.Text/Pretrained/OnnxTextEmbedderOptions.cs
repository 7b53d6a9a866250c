namespace Distillation.Text;

/// <summary>What is read of an ONNX sentence encoder, and how it runs.</summary>
public sealed record OnnxTextEmbedderOptions
{
    /// <summary>Gets the name of the output: states of tokens [N, T, D], which are pooled, or vectors of texts [N, D].</summary>
    /// <value>
    /// The default value is <see langword="null"/>: <c>sentence_embedding</c> where the model has it, otherwise <c>last_hidden_state</c>, otherwise the first
    /// output.
    /// </value>
    public string? Output { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>Gets how the states of tokens become one vector. It is not used where the output is vectors already.</summary>
    /// <value>The default value is <see cref="TokenPooling.Mean"/>.</value>
    public TokenPooling Pooling { get; init => field = Require.Defined(value); }

    /// <summary>Gets whether each vector is divided by its Euclidean length, so that dot products are cosines. A vector of zeros stays.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Normalize { get; init; } = true;

    /// <summary>Gets the largest number of tokens of a text, with <c>[CLS]</c> and <c>[SEP]</c>; the rest of the text is left out.</summary>
    /// <value>At least 3, and no more than the model has positions. The default value is 256.</value>
    public int MaxTokens { get; init => field = Require.InRange(value, 3, int.MaxValue); } = 256;

    /// <summary>Gets how many texts run at once; texts of similar lengths run together.</summary>
    /// <value>Positive. The default value is 32.</value>
    public int BatchSize { get; init => field = Require.Positive(value); } = 32;

    /// <summary>Gets the number of threads of ONNX Runtime.</summary>
    /// <value>Positive, or <see langword="null"/>: as many as <c>torch.get_num_threads()</c>. The default value is <see langword="null"/>.</value>
    public int? Threads { get; init => field = value is { } threads ? Require.Positive(threads) : null; }
}
