namespace Distillation.Text;

/// <summary>Classifies texts with the ONNX file and the tokenizer that <see cref="TextStudent.Save"/> wrote. It needs ONNX Runtime, and no libtorch.</summary>
public sealed class TextClassifier : ITextClassifier, IDisposable
{
    private readonly StudentFile _student;

    private TextClassifier(StudentFile student) => _student = student;

    /// <inheritdoc/>
    public IReadOnlyList<string> Labels => _student.Labels;

    /// <summary>Opens a classifier.</summary>
    /// <param name="directory">The directory into which the student was saved.</param>
    /// <param name="threads">The number of threads that one call uses; positive. Calls from several threads run at the same time.</param>
    /// <param name="tokenizer">The tokenizer, where it has no file form; read from the directory if not given.</param>
    /// <returns>The classifier; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">The directory has no student, or no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what a student of classes writes.</exception>
    public static TextClassifier Load(string directory, int threads = 1, TextTokenizer? tokenizer = null) =>
        new(StudentFile.Open(directory, threads, tokenizer, StudentTask.Classification));

    /// <summary>Classifies a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The prediction.</returns>
    public TextPrediction Classify(string text) => Classify([text])[0];

    /// <inheritdoc/>
    public IReadOnlyList<TextPrediction> Classify(IReadOnlyList<string> texts)
    {
        Require.Present(texts);
        int[][] ids = [.. texts.Select(text => _student.Tokenizer.Encode(text, _student.MaxTokens).Ids.ToArray())];
        var predictions = new TextPrediction[ids.Length];
        _student.Run(ids, (text, logits) =>
        {
            (int best, double[] probabilities) = Probabilities.Of(logits);
            predictions[text] = new TextPrediction { Label = Labels[best], Probability = probabilities[best], Probabilities = probabilities };
        });
        return predictions;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _student.Dispose();
}
