namespace Distillation.Text;

/// <summary>Puts the tokens of words together.</summary>
internal static class JoinedWords
{
    /// <summary>Encodes words until there are as many tokens as are allowed.</summary>
    public static TokenizedWords Of(IReadOnlyList<string> words, Func<string, TokenizedText> encode, int maxTokens)
    {
        var ids = new List<int>();
        var owners = new List<int>();
        bool isTruncated = false;
        for (int word = 0; word < words.Count && !isTruncated; word++)
        {
            TokenizedText tokens = encode(words[word]);
            int kept = Math.Min(tokens.Ids.Length, maxTokens - ids.Count);
            ids.AddRange(tokens.Ids.AsSpan(0, kept));
            owners.AddRange(Enumerable.Repeat(word, kept));
            isTruncated = tokens.IsTruncated || kept < tokens.Ids.Length;
        }

        return new TokenizedWords([.. ids], [.. owners], isTruncated);
    }
}
