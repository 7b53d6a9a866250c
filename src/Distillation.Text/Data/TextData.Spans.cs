namespace Distillation.Text;

/// <content>Data of texts whose words have labels.</content>
public sealed partial class TextData
{
    /// <summary>Creates data of texts with labeled spans.</summary>
    /// <remarks>
    /// The words of a text are runs of letters, marks and digits, and each other character that is no white space; they are tokenized one by one. The first
    /// token of a word has the class of its tag: <c>O</c> outside of spans, <c>B-label</c> where a span begins, <c>I-label</c> inside (Ramshaw and Marcus,
    /// "Text Chunking using Transformation-Based Learning", 1995). Other tokens, special tokens and padding have <see cref="IgnoredLabel"/>, which a loss with
    /// the same <c>IgnoredLabel</c> leaves out: <c>new HardLabelLoss { IgnoredLabel = TextData.IgnoredLabel }</c>.
    /// </remarks>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="spanLabels">The labels of spans, in the order of their tags.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data, with labels [N, T] int64 of 2 · labels + 1 classes: <c>EvaluationTask.Tokens</c>. Its label names are the tags.</returns>
    /// <exception cref="ArgumentException">
    /// There is no text, a label is unknown or named twice, or a span overlaps another or does not begin and end with words.
    /// </exception>
    public static TextData FromSpans(
        IEnumerable<AnnotatedText> texts, IReadOnlyList<string> spanLabels, TextTokenizer tokenizer, int maxTokens = DefaultMaxTokens)
    {
        AnnotatedText[] all = [.. Require.Present(texts)];
        string[] kept = Checked(all.Select(text => text?.Text!));
        var tags = new SpanTags(spanLabels);
        int[][] ofWords = [.. all.Select((text, number) => tags.Of(text.Text, text.Spans, number))];
        TokenizedWords[] words = Words(kept, tokenizer, maxTokens);
        return OfWords(kept, words, tokenizer, maxTokens, TextLabels.Of([.. words.Zip(ofWords, TagsOfTokens)]), tags.Names);
    }

    /// <summary>Creates data of texts without labels, tokenized word by word as by <see cref="FromSpans"/>.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="tokenizer">The tokenizer of the student.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The data.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is <see langword="null"/>.</exception>
    public static TextData FromWords(IEnumerable<string> texts, TextTokenizer tokenizer, int maxTokens = DefaultMaxTokens)
    {
        string[] kept = Checked(texts);
        return OfWords(kept, Words(kept, tokenizer, maxTokens), tokenizer, maxTokens, labels: null, []);
    }

    private static TextData OfWords(
        string[] texts, TokenizedWords[] words, TextTokenizer tokenizer, int maxTokens, TextLabels? labels, IReadOnlyList<string> labelNames) =>
        new(texts, tokenizer, maxTokens, labels, labelNames, [.. words.Select(word => new TokenizedText(word.Ids, word.IsTruncated))]);

    private static TokenizedWords[] Words(string[] texts, TextTokenizer tokenizer, int maxTokens)
    {
        Require.Present(tokenizer);
        Require.Positive(maxTokens);
        return [.. texts.Select(text => tokenizer.EncodeWords([.. WordRanges.Of(text, withSigns: true).Select(word => text[word])], maxTokens))];
    }

    private static long[] TagsOfTokens(TokenizedWords tokens, int[] tags)
    {
        var ofTokens = new long[tokens.Words.Length];
        for (int place = 0; place < ofTokens.Length; place++)
        {
            int word = tokens.Words[place];
            bool first = word >= 0 && (place == 0 || tokens.Words[place - 1] != word);
            ofTokens[place] = first ? tags[word] : IgnoredLabel;
        }

        return ofTokens;
    }
}
