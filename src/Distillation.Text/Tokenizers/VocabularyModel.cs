using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Distillation.Text;

/// <summary>A tokenizer, and what its vocabulary holds.</summary>
/// <param name="Encode">Returns the ids of a text: all of them, or as many as are needed at least.</param>
/// <param name="Size">The number of ids, padding included.</param>
/// <param name="PadId">The id of padding.</param>
/// <param name="Special">The ids before and after those of each text.</param>
internal sealed record VocabularyModel(Func<string, int, IReadOnlyList<int>> Encode, int Size, int PadId, (int[] Before, int[] After) Special)
{
    private static readonly string[] Padding = ["[PAD]", "<pad>", "<|pad|>"];

    /// <summary>Gets what a word begins with that is encoded alone: byte-level BPE has the space before a word in its tokens.</summary>
    public string WordPrefix { get; private init; } = "";

    public static VocabularyModel Of(VocabularyForm form, ImmutableArray<byte[]> files, bool lowerCase) => form switch
    {
        VocabularyForm.WordPiece => WordPiece(files[0], lowerCase),
        VocabularyForm.ByteLevelBpe => ByteLevelBpe(files[0], files[1]),
        _ => SentencePiece(files[0]),
    };

    private static VocabularyModel WordPiece(byte[] file, bool lowerCase)
    {
        var vocabulary = new WordPieceVocabulary(file);
        return new(
            (text, needed) => vocabulary.Encode(text, lowerCase, needed),
            vocabulary.Size,
            vocabulary.PadId,
            ([vocabulary.ClassificationId], [vocabulary.SeparatorId]));
    }

    private static VocabularyModel ByteLevelBpe(byte[] vocabulary, byte[] merges)
    {
        using JsonDocument tokens = JsonDocument.Parse(vocabulary);
        var options = new BpeOptions(tokens.RootElement.EnumerateObject().Select(token => KeyValuePair.Create(token.Name, token.Value.GetInt32())))
        {
            // The first line may name the version of the file.
            Merges = Encoding.UTF8.GetString(merges).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .SkipWhile(line => line.StartsWith("#version", StringComparison.Ordinal)),
            PreTokenizer = RobertaPreTokenizer.Instance,
            ByteLevel = true,
        };
        var tokenizer = BpeTokenizer.Create(options);
        return Padded(tokenizer, tokenizer.Vocabulary);
    }

    private static VocabularyModel SentencePiece(byte[] model)
    {
        var encoder = new SentencePieceEncoder(model);
        return new((text, _) => encoder.Encode(text), encoder.Size, encoder.PadId, ([], []));
    }

    private static VocabularyModel Padded(Tokenizer tokenizer, IReadOnlyDictionary<string, int> vocabulary)
    {
        int largest = vocabulary.Values.Max();
        int pad = Padding.Select(token => vocabulary.GetValueOrDefault(token, -1)).FirstOrDefault(id => id >= 0, largest + 1);
        return new((text, needed) => tokenizer.EncodeToIds(text, needed, out _, out _), Math.Max(largest, pad) + 1, pad, ([], [])) { WordPrefix = " " };
    }
}
