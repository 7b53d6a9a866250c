namespace Distillation.Text;

/// <summary>A text with labeled spans, such as names, dates and amounts.</summary>
/// <param name="Text">The text.</param>
/// <param name="Spans">The spans, in any order; they do not overlap.</param>
public sealed record AnnotatedText(string Text, IReadOnlyList<TextSpan> Spans)
{
    /// <summary>Puts words with tags together, as files of the CoNLL shared tasks have them.</summary>
    /// <param name="words">The words; the text has a space between two of them.</param>
    /// <param name="tags">A tag for each word: <c>O</c>, <c>B-label</c> or <c>I-label</c>.</param>
    /// <returns>The text. <c>I-label</c> that does not continue a span of its label begins one.</returns>
    /// <exception cref="ArgumentException">There is not one tag for each word, or a tag has another form.</exception>
    public static AnnotatedText FromTags(IReadOnlyList<string> words, IReadOnlyList<string> tags)
    {
        Require.Present(words);
        Require.Present(tags);
        if (words.Count != tags.Count)
        {
            throw new ArgumentException($"There must be a tag for each of the {words.Count} words, but there are {tags.Count}.", nameof(tags));
        }

        var places = new List<Range>(words.Count);
        int start = 0;
        foreach (string word in words)
        {
            places.Add(start..(start + Require.Present(word, nameof(words)).Length));
            start += word.Length + 1;
        }

        return new(string.Join(' ', words), [.. SpanTags.Spans(places, tags)]);
    }
}
