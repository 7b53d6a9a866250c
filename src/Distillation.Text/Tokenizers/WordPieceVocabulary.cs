using System.Text;

namespace Distillation.Text;

/// <summary>The tokens of a WordPiece vocabulary, and how words are cut into them: the longest token first.</summary>
/// <remarks>
/// Microsoft.ML.Tokenizers has such a tokenizer too. Its ids differ from those of the reference for line breaks, for marks, for characters beyond the basic
/// plane, and for all accents where an application is built with <c>InvariantGlobalization</c>: a pretrained model would see other words than those it knows.
/// </remarks>
internal sealed class WordPieceVocabulary
{
    private const int LongestWord = 100;
    private const string Continuing = "##";

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _beginnings;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly int _longestToken;

    /// <exception cref="InvalidDataException">A token that every text needs is missing.</exception>
    public WordPieceVocabulary(byte[] file)
    {
        var beginnings = new Dictionary<string, int>(StringComparer.Ordinal);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        string[] lines = Encoding.UTF8.GetString(file).TrimStart('\ufeff').Split('\n');
        Size = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        for (int id = 0; id < Size; id++)
        {
            string token = lines[id].TrimEnd('\r');
            bool continues = token.StartsWith(Continuing, StringComparison.Ordinal) && token.Length > Continuing.Length;
            (continues ? continuations : beginnings).TryAdd(continues ? token[Continuing.Length..] : token, id);
            _longestToken = Math.Max(_longestToken, token.Length);
        }

        _beginnings = beginnings.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = continuations.GetAlternateLookup<ReadOnlySpan<char>>();
        int IdOf(string token) => beginnings.TryGetValue(token, out int id)
            ? id
            : throw new InvalidDataException($"A WordPiece vocabulary must have the token {token}, but this one of {Size} tokens has not.");
        UnknownId = IdOf("[UNK]");
        ClassificationId = IdOf("[CLS]");
        SeparatorId = IdOf("[SEP]");
        PadId = IdOf("[PAD]");
    }

    public int Size { get; }

    public int UnknownId { get; }

    public int ClassificationId { get; }

    public int SeparatorId { get; }

    public int PadId { get; }

    /// <summary>Returns the ids of a text, without special tokens, at least as many as are needed.</summary>
    public List<int> Encode(string text, bool lowerCase, int needed)
    {
        var ids = new List<int>();
        foreach (string word in BertWords.Of(text, lowerCase))
        {
            Add(word, ids);
            if (ids.Count >= needed)
            {
                break;
            }
        }

        return ids;
    }

    // A word of which a piece is missing is unknown as a whole.
    private void Add(string word, List<int> ids)
    {
        int before = ids.Count;
        int start = word.Length > LongestWord && word.EnumerateRunes().Count() > LongestWord ? -1 : 0;
        while (start >= 0 && start < word.Length)
        {
            Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> tokens = start == 0 ? _beginnings : _continuations;
            int length = Math.Min(word.Length - start, _longestToken);
            int id = -1;
            while (length > 0 && !tokens.TryGetValue(word.AsSpan(start, length), out id))
            {
                length--;
            }

            if (length == 0)
            {
                start = -1;
            }
            else
            {
                ids.Add(id);
                start += length;
            }
        }

        if (start < 0)
        {
            ids.RemoveRange(before, ids.Count - before);
            ids.Add(UnknownId);
        }
    }
}
