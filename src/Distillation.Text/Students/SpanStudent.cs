using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>A student that finds labeled spans of texts, such as names, dates and amounts: a network that tags tokens, with its tokenizer.</summary>
/// <remarks>
/// Its data are those of <see cref="TextData.FromSpans"/>, with logits and labels of the tags in <see cref="Tags"/>; validation takes
/// <c>EvaluationTask.Tokens</c>. <see cref="Save"/> writes what an application needs that finds spans with <see cref="SpanExtractor"/>.
/// </remarks>
public sealed class SpanStudent : IStudent
{
    private readonly IStudent _student;
    private readonly torch.nn.Module<Tensor, Tensor> _module;
    private readonly bool _owns;

    private SpanStudent(torch.nn.Module<Tensor, Tensor> module, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens, bool owns)
    {
        _module = module;
        Tokenizer = tokenizer;
        Labels = labels;
        Tags = new SpanTags(labels).Names;
        MaxTokens = maxTokens;
        _owns = owns;
        _student = Student.From(module);
    }

    /// <summary>Gets the tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Gets the labels of spans.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Gets the tags in the order of the logits: <c>O</c>, then <c>B-label</c> and <c>I-label</c> for each label.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>Gets the largest number of tokens of a text.</summary>
    public int MaxTokens { get; }

    /// <inheritdoc/>
    public torch.nn.Module Module => _student.Module;

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature>? AvailableFeatures => _student.AvailableFeatures;

    /// <summary>Creates a student of a network.</summary>
    /// <param name="module">The network, token ids [N, T] to logits [N, T, 2 · labels + 1]; the caller disposes it.</param>
    /// <param name="tokenizer">The tokenizer whose ids the network takes.</param>
    /// <param name="labels">The labels of spans, each once.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The student.</returns>
    public static SpanStudent From(
        torch.nn.Module<Tensor, Tensor> module, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens = TextData.DefaultMaxTokens) =>
        new(Require.Present(module), Require.Present(tokenizer), [.. Require.Present(labels)], Require.Positive(maxTokens), owns: false);

    /// <summary>Creates a student that tags a token by those around it. Its weights are random.</summary>
    /// <param name="labels">The labels of spans, each once.</param>
    /// <param name="tokenizer">
    /// The tokenizer; if not given, words in 4096 buckets, case kept. It leaves out punctuation: a span that is punctuation alone is not found with it.
    /// </param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The student; the caller disposes it, and with it the network.</returns>
    public static SpanStudent Convolution(
        IReadOnlyList<string> labels,
        TextTokenizer? tokenizer = null,
        ConvolutionClassifierOptions? options = null,
        int maxTokens = TextData.DefaultMaxTokens)
    {
        string[] names = [.. Require.Present(labels)];
        int tags = new SpanTags(names).Names.Count;
        Require.Positive(maxTokens);
        tokenizer ??= new HashedTokenizer(new HashedTokenizerOptions { LowerCase = false });
        return new(new ConvolutionTagger(tokenizer.VocabularySize, tags, tokenizer.PadId, options), tokenizer, names, maxTokens, owns: true);
    }

    /// <summary>Makes data of texts without labels for the student.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <returns>The data.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is <see langword="null"/>.</exception>
    public TextData Encode(IEnumerable<string> texts) => TextData.FromWords(texts, Tokenizer, MaxTokens);

    /// <summary>Makes data of texts with spans for the student.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <returns>The data, with a tag for each word.</returns>
    /// <exception cref="ArgumentException">
    /// There is no text, a label is not one of <see cref="Labels"/>, or a span overlaps another or does not begin and end with words.
    /// </exception>
    public TextData Encode(IEnumerable<AnnotatedText> texts) => TextData.FromSpans(texts, Labels, Tokenizer, MaxTokens);

    /// <inheritdoc/>
    public ModelOutput Forward(Batch batch, FeatureSet features) => _student.Forward(batch, features);

    /// <summary>Writes the student for an application that finds spans without TorchSharp: <see cref="SpanExtractor.Load"/>.</summary>
    /// <remarks>The ONNX file outputs logits [batch, tokens, tags]; otherwise it is written as by <see cref="TextStudent.Save"/>.</remarks>
    /// <param name="directory">The directory; it is made if it is missing. <c>student.onnx</c> and the files of the tokenizer are replaced.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="NotSupportedException">The tokenizer has no file form.</exception>
    /// <exception cref="OnnxExportException">The network cannot be exported.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public OnnxExportReport Save(string directory) => StudentFile.Save(
        directory, Tokenizer, MaxTokens, StudentTask.Spans, (path, metadata) => TokenGraph.Export(_module, path, Tokenizer, MaxTokens, Tags, metadata));

    /// <inheritdoc/>
    public void Dispose()
    {
        _student.Dispose();
        if (_owns)
        {
            _module.Dispose();
        }
    }
}
