namespace Distillation.Text;

/// <summary>The sizes of a Transformer encoder of the BERT family (Devlin et al., 2019).</summary>
/// <remarks>The default sizes are those of BERT-mini (Turc et al., 2019): 3.2 million parameters besides the embeddings.</remarks>
public sealed record TransformerEncoderOptions
{
    /// <summary>Gets the number of token ids.</summary>
    /// <value>Positive.</value>
    public required int VocabularySize { get; init => field = Require.Positive(value); }

    /// <summary>Gets the number of layers.</summary>
    /// <value>Positive. The default value is 4.</value>
    public int Layers { get; init => field = Require.Positive(value); } = 4;

    /// <summary>Gets the width of the states, H.</summary>
    /// <value>A positive multiple of <see cref="Heads"/>. The default value is 256.</value>
    public int HiddenSize { get; init => field = Require.Positive(value); } = 256;

    /// <summary>Gets the number of attention heads of each layer, h.</summary>
    /// <value>Positive. The default value is 4.</value>
    public int Heads { get; init => field = Require.Positive(value); } = 4;

    /// <summary>Gets the width between the two linear maps that follow the attention of each layer.</summary>
    /// <value>Positive. The default value is 1024.</value>
    public int FeedForwardSize { get; init => field = Require.Positive(value); } = 1024;

    /// <summary>Gets the largest number of tokens in a text: there is a learned embedding for each position.</summary>
    /// <value>At least 2. The default value is 512.</value>
    public int MaxTokens { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 512;

    /// <summary>Gets the number of kinds of tokens, which BERT needs for pairs of texts. All tokens of the encoder are of the first kind.</summary>
    /// <value>Positive. The default value is 2.</value>
    public int TokenTypes { get; init => field = Require.Positive(value); } = 2;

    /// <summary>Gets the probability of dropout after the embeddings, in the attention, and after the two parts of each layer.</summary>
    /// <value>In [0, 1). The default value is 0.1.</value>
    public double Dropout { get; init => field = Require.BelowOne(value); } = 0.1;

    /// <summary>Gets the id that marks padding: no token attends to it, and no pooling counts it.</summary>
    /// <value>In [0, <see cref="VocabularySize"/>). The default value is 0.</value>
    public int PadId { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets how the states of the tokens become one vector.</summary>
    /// <value>The default value is <see cref="TokenPooling.Mean"/>.</value>
    public TokenPooling Pooling { get; init => field = Require.Defined(value); }

    /// <summary>Gets the number that each layer normalization adds to the variance.</summary>
    /// <value>Positive. The default value is 1e-12, that of BERT.</value>
    public double LayerNormEpsilon { get; init => field = Require.Positive(value); } = 1e-12;

    /// <summary>Validates the values that depend on each other.</summary>
    /// <exception cref="ArgumentException">A value does not fit another one.</exception>
    internal TransformerEncoderOptions Consistent(string argument)
    {
        if (HiddenSize % Heads != 0)
        {
            throw new ArgumentException($"{nameof(HiddenSize)} must be a multiple of {nameof(Heads)}, {Heads}, but is {HiddenSize}.", argument);
        }

        return PadId < VocabularySize
            ? this
            : throw new ArgumentException($"{nameof(PadId)} must be below {nameof(VocabularySize)}, {VocabularySize}, but is {PadId}.", argument);
    }
}
