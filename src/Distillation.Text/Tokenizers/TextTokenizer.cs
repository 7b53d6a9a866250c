using System.Text.Json;
using Distillation.Serialization;

namespace Distillation.Text;

/// <summary>Maps texts to token ids, the same ones in training and in an application that uses the exported student.</summary>
/// <remarks>
/// <para>Instances do not change and may be used by several threads at a time.</para>
/// <para>
/// <see cref="Save"/> writes the tokenizer beside a model, <see cref="Load"/> reads it there. A tokenizer of one's own that derives from this class is given to
/// what would otherwise load one.
/// </para>
/// </remarks>
public abstract class TextTokenizer
{
    /// <summary>The name of the file that describes a saved tokenizer.</summary>
    internal const string FileName = "text-tokenizer.json";

    /// <summary>Gets the number of different ids: all are in [0, <see cref="VocabularySize"/>).</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Gets the id of padding, which no text has.</summary>
    /// <value>The default is 0.</value>
    public virtual int PadId => 0;

    /// <summary>Tokenizes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxTokens">The largest number of ids, those of special tokens included; positive. The end of a longer text is left out.</param>
    /// <returns>The ids; none where the text has no token.</returns>
    public abstract TokenizedText Encode(string text, int maxTokens);

    /// <summary>Tokenizes words one by one, so that each token belongs to one of them.</summary>
    /// <remarks>The default encodes each word as a text. A tokenizer that adds special tokens to texts overrides it.</remarks>
    /// <param name="words">The words.</param>
    /// <param name="maxTokens">The largest number of ids, those of special tokens included; positive. What is beyond is left out.</param>
    /// <returns>The ids with their words. A word may have no token.</returns>
    public virtual TokenizedWords EncodeWords(IReadOnlyList<string> words, int maxTokens)
    {
        Require.Present(words);
        Require.Positive(maxTokens);
        return JoinedWords.Of(words, word => Encode(word, maxTokens), maxTokens);
    }

    /// <summary>Writes the tokenizer into a directory.</summary>
    /// <param name="directory">The directory; it is made if it is missing, and the files of another tokenizer in it are replaced.</param>
    /// <exception cref="NotSupportedException">The tokenizer has no file form.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Save(string directory)
    {
        Require.Text(directory);
        AtomicFile.ReplaceJson(Path.Combine(directory, FileName), json =>
        {
            json.WriteStartObject();
            Write(json, directory);
            json.WriteEndObject();
        });
    }

    /// <summary>Reads a tokenizer that <see cref="Save"/> wrote.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="FileNotFoundException">The directory has no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what <see cref="Save"/> writes.</exception>
    public static TextTokenizer Load(string directory)
    {
        string path = Path.Combine(Require.Text(directory), FileName);
        using JsonDocument description = TextJson.Read(path);
        JsonElement root = description.RootElement;
        try
        {
            return root.GetProperty("kind").GetString() switch
            {
                HashedTokenizer.Kind => HashedTokenizer.Read(root),
                VocabularyTokenizer.Kind => VocabularyTokenizer.Read(root, directory),
                string kind => throw new InvalidDataException($"{path} describes a tokenizer of kind '{kind}', which is not known here."),
                null => throw new InvalidDataException($"{path} describes no kind of tokenizer."),
            };
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} does not describe a tokenizer: {wrong.Message}", wrong);
        }
    }

    /// <summary>Writes the members that describe the tokenizer, and what other files it has.</summary>
    /// <param name="writer">Writes into the object that describes the tokenizer.</param>
    /// <param name="directory">The directory for other files.</param>
    /// <exception cref="NotSupportedException">The tokenizer has no file form, as it is where a derived class does not override this method.</exception>
    protected virtual void Write(Utf8JsonWriter writer, string directory) =>
        throw new NotSupportedException($"{GetType().Name} has no file form. Override {nameof(Write)}, or pass the tokenizer where it is needed.");
}
