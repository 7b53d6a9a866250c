using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>A student of texts: a network on token ids, with the tokenizer and the names of the labels that belong to it.</summary>
/// <remarks>
/// <see cref="Encode(IEnumerable{LabeledText})"/> and its kind make the data it trains on; <see cref="Save"/> writes what an application needs that classifies
/// with <see cref="TextClassifier"/>: an ONNX file, with the tokenizer beside it.
/// </remarks>
public sealed class TextStudent : IStudent
{
    private readonly IStudent _student;
    private readonly torch.nn.Module<Tensor, Tensor> _module;
    private readonly bool _owns;

    private TextStudent(
        torch.nn.Module<Tensor, Tensor> module, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens, bool owns)
    {
        _module = module;
        Tokenizer = tokenizer;
        Labels = labels;
        MaxTokens = maxTokens;
        _owns = owns;
        _student = Student.From(module);
    }

    /// <summary>Gets the tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Gets the names of the classes, in the order of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Gets the largest number of tokens of a text.</summary>
    public int MaxTokens { get; }

    /// <inheritdoc/>
    public torch.nn.Module Module => _student.Module;

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature>? AvailableFeatures => _student.AvailableFeatures;

    /// <summary>Creates a student of a network.</summary>
    /// <param name="module">The network, token ids [N, T] to logits [N, C]; the caller disposes it.</param>
    /// <param name="tokenizer">The tokenizer whose ids the network takes.</param>
    /// <param name="labels">The names of the classes, in the order of the logits.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The student.</returns>
    public static TextStudent From(
        torch.nn.Module<Tensor, Tensor> module, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens = TextData.DefaultMaxTokens) =>
        new(Require.Present(module), Require.Present(tokenizer), Checked(labels), Require.Positive(maxTokens), owns: false);

    /// <summary>Creates a student of bags of tokens: fast, small, and hard to beat on short texts. Its weights are random.</summary>
    /// <param name="labels">The names of the classes.</param>
    /// <param name="tokenizer">The tokenizer; single words in 4096 buckets if not given.</param>
    /// <param name="options">The sizes; 64 numbers a token and no further layer if not given.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The student; the caller disposes it, and with it the network.</returns>
    public static TextStudent BagOfTokens(
        IReadOnlyList<string> labels, TextTokenizer? tokenizer = null, BagOfTokensOptions? options = null, int maxTokens = TextData.DefaultMaxTokens)
    {
        string[] names = Checked(labels);
        Require.Positive(maxTokens);
        tokenizer ??= new HashedTokenizer();
        return new(new BagOfTokensClassifier(tokenizer.VocabularySize, names.Length, tokenizer.PadId, options), tokenizer, names, maxTokens, owns: true);
    }

    /// <summary>Creates a student that reads short sequences of tokens. Its weights are random.</summary>
    /// <param name="labels">The names of the classes.</param>
    /// <param name="tokenizer">The tokenizer; single words in 4096 buckets if not given.</param>
    /// <param name="options">The sizes; the defaults if not given.</param>
    /// <param name="maxTokens">The largest number of tokens of a text; positive.</param>
    /// <returns>The student; the caller disposes it, and with it the network.</returns>
    public static TextStudent Convolution(
        IReadOnlyList<string> labels,
        TextTokenizer? tokenizer = null,
        ConvolutionClassifierOptions? options = null,
        int maxTokens = TextData.DefaultMaxTokens)
    {
        string[] names = Checked(labels);
        Require.Positive(maxTokens);
        tokenizer ??= new HashedTokenizer();
        return new(new ConvolutionClassifier(tokenizer.VocabularySize, names.Length, tokenizer.PadId, options), tokenizer, names, maxTokens, owns: true);
    }

    /// <summary>Makes data of texts without labels for the student.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <returns>The data.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is <see langword="null"/>.</exception>
    public TextData Encode(IEnumerable<string> texts) => TextData.FromTexts(texts, Tokenizer, MaxTokens);

    /// <summary>Makes data of texts with labels for the student.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <returns>The data, with class ids [N].</returns>
    /// <exception cref="ArgumentException">There is no text, or a label is not one of <see cref="Labels"/>.</exception>
    public TextData Encode(IEnumerable<LabeledText> texts) => TextData.FromLabeled(texts, Tokenizer, Labels, MaxTokens);

    /// <summary>Makes data of texts with probabilities for the student.</summary>
    /// <param name="texts">The texts; at least one.</param>
    /// <param name="probabilities">For each text, a probability of each of <see cref="Labels"/>.</param>
    /// <returns>The data, with probabilities [N, C].</returns>
    /// <exception cref="ArgumentException">There is no text, or a row is not one of probabilities of the labels.</exception>
    public TextData Encode(IEnumerable<string> texts, IEnumerable<IReadOnlyList<float>> probabilities) =>
        TextData.FromProbabilities(texts, probabilities, Labels, Tokenizer, MaxTokens);

    /// <inheritdoc/>
    public ModelOutput Forward(Batch batch, FeatureSet features) => _student.Forward(batch, features);

    /// <summary>Writes the student for an application that classifies without TorchSharp: <see cref="TextClassifier.Load"/>.</summary>
    /// <remarks>
    /// The ONNX file takes <c>input</c>, token ids [batch, tokens] int64 of any two sizes, and gives <c>output</c>, logits [batch, classes]. Its metadata has
    /// the names of the labels, the largest number of tokens, and the id of padding. Model and tokenizer replace those of the directory together, after ONNX
    /// Runtime has checked the file against the network: where anything fails, the directory is as it was.
    /// </remarks>
    /// <param name="directory">The directory; it is made if it is missing. <c>student.onnx</c> and the files of the tokenizer are replaced.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="NotSupportedException">The tokenizer has no file form.</exception>
    /// <exception cref="OnnxExportException">The network cannot be exported.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public OnnxExportReport Save(string directory) => StudentFile.Save(
        directory, Tokenizer, MaxTokens, StudentTask.Classification, (path, metadata) =>
            TokenGraph.Export(_module, path, Tokenizer, MaxTokens, Labels, metadata));

    /// <inheritdoc/>
    public void Dispose()
    {
        _student.Dispose();
        if (_owns)
        {
            _module.Dispose();
        }
    }

    private static string[] Checked(IReadOnlyList<string> labels)
    {
        string[] names = [.. Require.Present(labels).Select(label => Require.Text(label, nameof(labels)))];
        return names.Length >= 2 && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new ArgumentException($"There must be at least two labels, each once, but they are: {string.Join(", ", names)}.", nameof(labels));
    }
}
