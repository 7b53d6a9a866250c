namespace Distillation.Text;

/// <summary>Finds labeled spans of texts with the files that <see cref="SpanStudent.Save"/> wrote. It needs ONNX Runtime, and no libtorch.</summary>
/// <remarks>
/// A word has the most probable tag of its first token; words without a token are outside of spans. <c>I-label</c> that continues no span of its label begins
/// one. Texts with more tokens than the student takes are read in parts that end between words. An instance may be used by several threads at a time.
/// </remarks>
public sealed class SpanExtractor : IDisposable
{
    private readonly StudentFile _student;

    private SpanExtractor(StudentFile student) => _student = student;

    /// <summary>Gets the tags in the order of the logits: <c>O</c>, then <c>B-label</c> and <c>I-label</c> for each label.</summary>
    public IReadOnlyList<string> Tags => _student.Labels;

    /// <summary>Opens an extractor.</summary>
    /// <param name="directory">The directory into which the student was saved.</param>
    /// <param name="threads">The number of threads that one call uses; positive. Calls from several threads run at the same time.</param>
    /// <param name="tokenizer">The tokenizer, where it has no file form; read from the directory if not given.</param>
    /// <returns>The extractor; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">The directory has no student, or no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what a student of spans writes.</exception>
    public static SpanExtractor Load(string directory, int threads = 1, TextTokenizer? tokenizer = null) =>
        new(StudentFile.Open(directory, threads, tokenizer, StudentTask.Spans));

    /// <summary>Finds the spans of a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The spans in the order of the text.</returns>
    public IReadOnlyList<ExtractedSpan> Extract(string text) => Extract([text])[0];

    /// <summary>Finds the spans of texts.</summary>
    /// <param name="texts">The texts, in any number.</param>
    /// <returns>For each text its spans, in the order of the text.</returns>
    public IReadOnlyList<IReadOnlyList<ExtractedSpan>> Extract(IReadOnlyList<string> texts)
    {
        TaggedText[] tagged = [.. Require.Present(texts).Select(text => new TaggedText(text))];
        var parts = new List<(TaggedText Text, int FirstWord, TokenizedWords Tokens)>();
        foreach (TaggedText text in tagged)
        {
            parts.AddRange(text.Parts(_student.Tokenizer, _student.MaxTokens).Select(part => (text, part.FirstWord, part.Tokens)));
        }

        _student.Run([.. parts.Select(part => part.Tokens.Ids.ToArray())], (number, logits) =>
        {
            (TaggedText text, int firstWord, TokenizedWords tokens) = parts[number];
            text.Read(tokens, firstWord, logits, Tags);
        });
        return [.. tagged.Select(text => text.Spans())];
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _student.Dispose();
}
