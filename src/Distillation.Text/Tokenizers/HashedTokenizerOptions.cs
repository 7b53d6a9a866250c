namespace Distillation.Text;

/// <summary>Which features of a text are hashed, and into how many ids.</summary>
public sealed record HashedTokenizerOptions
{
    /// <summary>Gets the number of ids into which features are hashed; different features may share one.</summary>
    /// <value>At least 2. The default is 4096; with word pairs or character n-grams, 16 384 to 262 144 are usual.</value>
    public int Buckets { get; init => field = Require.InRange(value, 2, 1 << 24); } = 4096;

    /// <summary>Gets the length of the longest sequences of neighboring words that are features beside the single words.</summary>
    /// <value>At least 0; 0 has no words at all, then <see cref="MaxCharacterNGram"/> must be positive. The default is 1, single words.</value>
    public int WordNGrams { get; init => field = Require.InRange(value, 0, 8); } = 1;

    /// <summary>Gets the length of the shortest character sequences that are features, beside the words.</summary>
    /// <remarks>
    /// A sequence lies within a word and its two borders, each of which counts as a character. Usual are 3 to 5 for texts with typing errors and for rich
    /// inflection, and 1 to 3 for the language of a text.
    /// </remarks>
    /// <value>At least 1, at most <see cref="MaxCharacterNGram"/>. The default is 1.</value>
    public int MinCharacterNGram { get; init => field = Require.InRange(value, 1, 16); } = 1;

    /// <summary>Gets the length of the longest character sequences that are features.</summary>
    /// <value>At most 16. The default is 0: no sequences of characters.</value>
    public int MaxCharacterNGram { get; init => field = Require.InRange(value, 0, 16); }

    /// <summary>Gets whether letters become lower case first.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool LowerCase { get; init; } = true;
}
