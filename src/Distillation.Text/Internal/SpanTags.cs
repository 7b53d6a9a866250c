namespace Distillation.Text;

/// <summary>The tags of words by which spans are learned: <c>O</c>, and <c>B-label</c> and <c>I-label</c> for each label.</summary>
internal sealed class SpanTags
{
    /// <summary>The tag of words outside of spans.</summary>
    public const string Outside = "O";

    private readonly Dictionary<string, int> _firstTags = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is no label, or one is empty or named twice.</exception>
    public SpanTags(IReadOnlyList<string> labels)
    {
        var names = new List<string> { Outside };
        foreach (string label in Require.Present(labels))
        {
            if (!_firstTags.TryAdd(Require.Text(label, nameof(labels)), names.Count))
            {
                throw new ArgumentException($"Each label must be named once, but '{label}' comes twice.", nameof(labels));
            }

            names.AddRange([$"B-{label}", $"I-{label}"]);
        }

        Names = names.Count > 1 ? names : throw new ArgumentException("There must be at least one label, but there is none.", nameof(labels));
    }

    /// <summary>Gets the names of the tags, in the order of their ids.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads the spans that the tags of words mark. <c>I-label</c> that continues no span of its label begins one.</summary>
    /// <exception cref="ArgumentException">A tag has another form.</exception>
    public static IEnumerable<TextSpan> Spans(IReadOnlyList<Range> words, IReadOnlyList<string> tags)
    {
        TextSpan? open = null;
        for (int word = 0; word < words.Count; word++)
        {
            string? label = LabelOf(tags[word]);
            int end = words[word].End.Value;
            if (open is { } span && label == span.Label && tags[word][0] == 'I')
            {
                open = span with { Length = end - span.Start };
                continue;
            }

            if (open is { } whole)
            {
                yield return whole;
            }

            int start = words[word].Start.Value;
            open = label is null ? null : new TextSpan(start, end - start, label);
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    /// <summary>Returns the id of the tag of each word of a text.</summary>
    /// <exception cref="ArgumentException">A label is unknown, or a span overlaps another or does not begin and end with words.</exception>
    public int[] Of(string text, IReadOnlyList<TextSpan> spans, int number)
    {
        List<Range> words = WordRanges.Of(text, withSigns: true);
        var tags = new int[words.Count];
        foreach (TextSpan span in Require.Present(spans))
        {
            if (span.Label is null || !_firstTags.TryGetValue(span.Label, out int tag))
            {
                throw new ArgumentException($"Labels must be among {string.Join(", ", _firstTags.Keys)}, but text {number} has '{span.Label}'.", nameof(spans));
            }

            int first = words.FindIndex(word => word.Start.Value == span.Start);
            int last = words.FindIndex(word => word.End.Value == span.End);
            if (first < 0 || last < first || tags[first..(last + 1)].Any(taken => taken != 0))
            {
                throw new ArgumentException(
                    $"Spans must begin and end with words and not overlap, but text {number} has [{span.Start}, {span.End}) '{span.Label}'.", nameof(spans));
            }

            Array.Fill(tags, tag + 1, first, last - first + 1);
            tags[first] = tag;
        }

        return tags;
    }

    private static string? LabelOf(string tag) => tag switch
    {
        Outside => null,
        ['B' or 'I', '-', _, ..] => tag[2..],
        _ => throw new ArgumentException($"A tag must be O, B-label or I-label, but is '{tag}'.", nameof(tag)),
    };
}
