using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Text;

/// <summary>Classifies texts with the ONNX file and the tokenizer that <see cref="TextStudent.Save"/> wrote. It needs ONNX Runtime, and no libtorch.</summary>
public sealed class TextClassifier : ITextClassifier, IDisposable
{
    internal const string FileName = "student.onnx";
    internal const string MaxTokensKey = "maxTokens";
    internal const string PadIdKey = "padId";

    // Of texts that are sorted by length, so many have little padding and fill the vectors of a processor.
    private const int BatchSize = 64;

    private readonly InferenceSession _session;
    private readonly TextTokenizer _tokenizer;
    private readonly int _maxTokens;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private TextClassifier(InferenceSession session, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens)
    {
        _session = session;
        _tokenizer = tokenizer;
        Labels = labels;
        _maxTokens = maxTokens;
        (_inputs, _outputs) = ([.. session.InputNames], [.. session.OutputNames]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Opens a classifier.</summary>
    /// <param name="directory">The directory into which the student was saved.</param>
    /// <param name="threads">The number of threads that one call uses; positive. Calls from several threads run at the same time.</param>
    /// <param name="tokenizer">The tokenizer, where it has no file form; read from the directory if not given.</param>
    /// <returns>The classifier; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">The directory has no student, or no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what a student writes.</exception>
    public static TextClassifier Load(string directory, int threads = 1, TextTokenizer? tokenizer = null)
    {
        string path = Path.Combine(Require.Text(directory), FileName);
        Require.Positive(threads);
        tokenizer ??= TextTokenizer.Load(directory);
        InferenceSession session = OnnxSession.Open(path, threads);
        try
        {
            return Of(session, path, tokenizer);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Classifies a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The prediction.</returns>
    public TextPrediction Classify(string text) => Classify([text])[0];

    /// <inheritdoc/>
    public IReadOnlyList<TextPrediction> Classify(IReadOnlyList<string> texts)
    {
        Require.Present(texts);
        int[][] ids = [.. texts.Select(text => _tokenizer.Encode(text, _maxTokens).Ids.ToArray())];
        int[] order = [.. Enumerable.Range(0, ids.Length).OrderBy(number => ids[number].Length)];
        var predictions = new TextPrediction[ids.Length];
        foreach (int[] batch in order.Chunk(BatchSize))
        {
            Run(batch, ids, predictions);
        }

        return predictions;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _session.Dispose();

    private static TextClassifier Of(InferenceSession session, string path, TextTokenizer tokenizer)
    {
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        string Member(string name) => metadata.TryGetValue(name, out string? value)
            ? value
            : throw new InvalidDataException($"{path} has no '{name}' in its metadata: {nameof(TextStudent)}.{nameof(TextStudent.Save)} writes it.");
        try
        {
            using JsonDocument labels = JsonDocument.Parse(Member("labels"));
            int padId = int.Parse(Member(PadIdKey), CultureInfo.InvariantCulture);
            return padId == tokenizer.PadId
                ? new(
                    session,
                    tokenizer,
                    [.. labels.RootElement.EnumerateArray().Select(label => label.GetString()!)],
                    Require.Positive(int.Parse(Member(MaxTokensKey), CultureInfo.InvariantCulture)))
                : throw new InvalidDataException($"{path} pads with the id {padId}, but the tokenizer with {tokenizer.PadId}: they do not belong together.");
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"The metadata of {path} are not those that a student writes: {wrong.Message}", wrong);
        }
    }

    private void Run(int[] batch, int[][] ids, TextPrediction[] predictions)
    {
        var padded = new PaddedIds(Array.ConvertAll(batch, text => ids[text]), _tokenizer.PadId);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(padded.Ids, padded.Shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _inputs, [input], _outputs);
        ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
        for (int row = 0; row < batch.Length; row++)
        {
            predictions[batch[row]] = Prediction(logits.Slice(row * Labels.Count, Labels.Count));
        }
    }

    // Softmax.
    private TextPrediction Prediction(ReadOnlySpan<float> logits)
    {
        var probabilities = new double[logits.Length];
        (int best, double sum) = (0, 0);
        for (int label = 1; label < logits.Length; label++)
        {
            best = logits[label] > logits[best] ? label : best;
        }

        for (int label = 0; label < logits.Length; label++)
        {
            sum += probabilities[label] = Math.Exp((double)logits[label] - logits[best]);
        }

        for (int label = 0; label < logits.Length; label++)
        {
            probabilities[label] /= sum;
        }

        return new TextPrediction { Label = Labels[best], Probability = probabilities[best], Probabilities = probabilities };
    }
}
