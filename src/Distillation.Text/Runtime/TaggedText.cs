namespace Distillation.Text;

/// <summary>A text whose words get tags from logits.</summary>
internal sealed class TaggedText
{
    private readonly string _text;
    private readonly List<Range> _words;
    private readonly string[] _tags;
    private readonly double[] _probabilities;

    public TaggedText(string text)
    {
        _text = Require.Present(text);
        _words = WordRanges.Of(text, withSigns: true);
        _tags = [.. _words.Select(_ => SpanTags.Outside)];
        _probabilities = new double[_words.Count];
    }

    /// <summary>Tokenizes the words in parts of so many tokens at most. Each begins where the one before ended, between words.</summary>
    public IEnumerable<(int FirstWord, TokenizedWords Tokens)> Parts(TextTokenizer tokenizer, int maxTokens)
    {
        string[] words = [.. _words.Select(word => _text[word])];
        for (int first = 0; first < words.Length;)
        {
            TokenizedWords tokens = tokenizer.EncodeWords(words[first..], maxTokens);
            yield return (first, tokens);

            // The last word may have lost tokens: the next part has it again, unless it is alone.
            int last = tokens.Words.Append(0).Max();
            first = tokens.IsTruncated ? first + Math.Max(1, last) : words.Length;
        }
    }

    /// <summary>Tags the words of a part with the most probable tags of their first tokens.</summary>
    public void Read(TokenizedWords tokens, int firstWord, ReadOnlySpan<float> logits, IReadOnlyList<string> tags)
    {
        for (int place = tokens.Words.Length - 1; place >= 0; place--)
        {
            if (tokens.Words[place] is int word and >= 0)
            {
                (int best, double[] probabilities) = Probabilities.Of(logits.Slice(place * tags.Count, tags.Count));
                _tags[firstWord + word] = tags[best];
                _probabilities[firstWord + word] = probabilities[best];
            }
        }
    }

    /// <summary>Returns the spans that the tags mark.</summary>
    public IReadOnlyList<ExtractedSpan> Spans() => [.. SpanTags.Spans(_words, _tags).Select(span => new ExtractedSpan
    {
        Span = span,
        Text = _text.Substring(span.Start, span.Length),
        Probability = _words.Index().Where(word => word.Item.Start.Value >= span.Start && word.Item.End.Value <= span.End)
            .Average(word => _probabilities[word.Index]),
    })];
}
