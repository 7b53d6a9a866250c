using System.Runtime.InteropServices;
using System.Text.Json;

namespace Distillation.Text;

/// <summary>Hashes words, sequences of words and sequences of characters to ids: no vocabulary has to be learned or shipped.</summary>
/// <remarks>
/// <para>
/// Words are runs of letters, marks and digits; the other characters separate them. Each feature of a text has one id, <c>1 + FNV-1a(feature) mod buckets</c>
/// over its UTF-16 code units; 0 is padding. The ids come in the order of the words: first the sequences of words that begin there, then the sequences of
/// characters in it. (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009.)
/// </para>
/// <para>The ids are the same on all platforms.</para>
/// </remarks>
public sealed class HashedTokenizer : TextTokenizer
{
    internal const string Kind = "hashed";

    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;
    private const char Border = '\uE000';

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="options">The features; single words in 4096 buckets if not given.</param>
    /// <exception cref="ArgumentException">
    /// There are neither words nor characters among the features, or the lengths of character sequences do not fit.
    /// </exception>
    public HashedTokenizer(HashedTokenizerOptions? options = null)
    {
        Options = options ?? new HashedTokenizerOptions();
        if (Options is { WordNGrams: 0, MaxCharacterNGram: 0 })
        {
            throw new ArgumentException(
                $"{nameof(Options.WordNGrams)} or {nameof(Options.MaxCharacterNGram)} must be positive, but both are 0.", nameof(options));
        }

        if (Options.MaxCharacterNGram != 0 && Options.MaxCharacterNGram < Options.MinCharacterNGram)
        {
            throw new ArgumentException(
                $"{nameof(Options.MaxCharacterNGram)} must be at least {nameof(Options.MinCharacterNGram)}, {Options.MinCharacterNGram}, "
                + $"but is {Options.MaxCharacterNGram}.",
                nameof(options));
        }
    }

    /// <summary>Gets the features.</summary>
    public HashedTokenizerOptions Options { get; }

    /// <inheritdoc/>
    public override int VocabularySize => Options.Buckets + 1;

    /// <inheritdoc/>
    public override TokenizedText Encode(string text, int maxTokens)
    {
        Require.Present(text);
        Require.Positive(maxTokens);
        string folded = Options.LowerCase ? text.ToLowerInvariant() : text;
        List<Range> words = WordRanges.Of(folded, withSigns: false);
        var ids = new List<int>(words.Count);
        for (int word = 0; word < words.Count; word++)
        {
            AddWords(folded, CollectionsMarshal.AsSpan(words)[word..], ids);
            AddCharacters(folded.AsSpan(words[word]), ids);
            if (ids.Count > maxTokens)
            {
                return new TokenizedText([.. ids.Take(maxTokens)], IsTruncated: true);
            }
        }

        return new TokenizedText([.. ids], IsTruncated: false);
    }

    internal static HashedTokenizer Read(JsonElement description) => new(new HashedTokenizerOptions
    {
        Buckets = description.GetProperty("buckets").GetInt32(),
        WordNGrams = description.GetProperty("wordNGrams").GetInt32(),
        MinCharacterNGram = description.GetProperty("minCharacterNGram").GetInt32(),
        MaxCharacterNGram = description.GetProperty("maxCharacterNGram").GetInt32(),
        LowerCase = description.GetProperty("lowerCase").GetBoolean(),
    });

    /// <inheritdoc/>
    protected override void Write(Utf8JsonWriter writer, string directory)
    {
        Require.Present(writer);
        writer.WriteString("kind", Kind);
        writer.WriteNumber("buckets", Options.Buckets);
        writer.WriteNumber("wordNGrams", Options.WordNGrams);
        writer.WriteNumber("minCharacterNGram", Options.MinCharacterNGram);
        writer.WriteNumber("maxCharacterNGram", Options.MaxCharacterNGram);
        writer.WriteBoolean("lowerCase", Options.LowerCase);
    }

    // The hash of a sequence goes on from that of the shorter one.
    private void AddWords(string text, ReadOnlySpan<Range> words, List<int> ids)
    {
        uint hash = Offset;
        for (int count = 0; count < Math.Min(Options.WordNGrams, words.Length); count++)
        {
            hash = count == 0 ? hash : Hash(hash, Border);
            foreach (char unit in text.AsSpan(words[count]))
            {
                hash = Hash(hash, unit);
            }

            ids.Add(Id(hash));
        }
    }

    // A sequence that has the whole word between its borders has its own hash, other than that of the word.
    private void AddCharacters(ReadOnlySpan<char> word, List<int> ids)
    {
        if (Options.MaxCharacterNGram == 0)
        {
            return;
        }

        Span<char> bordered = word.Length < 256 ? stackalloc char[word.Length + 2] : new char[word.Length + 2];
        (bordered[0], bordered[^1]) = (Border, Border);
        word.CopyTo(bordered[1..]);
        for (int start = 0; start < bordered.Length; start++)
        {
            uint hash = Hash(Offset, Border);
            for (int length = 1; length <= Math.Min(Options.MaxCharacterNGram, bordered.Length - start); length++)
            {
                hash = Hash(hash, bordered[start + length - 1]);
                if (length >= Options.MinCharacterNGram)
                {
                    ids.Add(Id(hash));
                }
            }
        }
    }

    private static uint Hash(uint hash, char unit) => (((hash ^ (byte)unit) * Prime) ^ (byte)(unit >> 8)) * Prime;

    private int Id(uint hash) => 1 + (int)(hash % (uint)Options.Buckets);
}
