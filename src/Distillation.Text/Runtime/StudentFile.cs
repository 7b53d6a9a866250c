using System.Globalization;
using System.Text.Json;
using Distillation.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Text;

/// <summary>A saved student: its network in ONNX, the names of its classes, and its tokenizer. It runs in ONNX Runtime, and needs no libtorch.</summary>
internal sealed class StudentFile : IDisposable
{
    public const string FileName = "student.onnx";

    private const string TaskKey = "task";
    private const string MaxTokensKey = "maxTokens";
    private const string PadIdKey = "padId";

    // Of texts that are sorted by length, so many have little padding and fill the vectors of a processor.
    private const int BatchSize = 64;

    private readonly InferenceSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private StudentFile(InferenceSession session, TextTokenizer tokenizer, IReadOnlyList<string> labels, int maxTokens)
    {
        _session = session;
        Tokenizer = tokenizer;
        Labels = labels;
        MaxTokens = maxTokens;
        _inputs = [.. session.InputNames];
        _outputs = [.. session.OutputNames];
    }

    /// <summary>Reads the logits of a text: [C], or [T, C] for the tokens of its batch.</summary>
    public delegate void LogitsReader(int text, ReadOnlySpan<float> logits);

    public TextTokenizer Tokenizer { get; }

    /// <summary>Gets the names of the classes, in the order of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    public int MaxTokens { get; }

    /// <summary>Writes a network and its tokenizer. They replace those of the directory together, after ONNX Runtime has checked the file.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="maxTokens">The largest number of tokens of a text.</param>
    /// <param name="task">What the logits are.</param>
    /// <param name="export">Exports the network to a path, with the metadata.</param>
    public static OnnxExportReport Save(
        string directory, TextTokenizer tokenizer, int maxTokens, StudentTask task, Func<string, Dictionary<string, string>, OnnxExportReport> export)
    {
        Require.Text(directory);
        Directory.CreateDirectory(directory);
        string draft = Directory.CreateDirectory(Path.Combine(directory, $".draft-{Guid.NewGuid():N}")).FullName;
        try
        {
            tokenizer.Save(draft);
            OnnxExportReport report = export(Path.Combine(draft, FileName), new()
            {
                [TaskKey] = task.ToString(),
                [MaxTokensKey] = maxTokens.ToString(CultureInfo.InvariantCulture),
                [PadIdKey] = tokenizer.PadId.ToString(CultureInfo.InvariantCulture),
            });
            foreach (string file in Directory.GetFiles(draft))
            {
                File.Move(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
            }

            return report with { Path = Path.Combine(directory, FileName) };
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>Opens a saved student.</summary>
    /// <exception cref="FileNotFoundException">The directory has no student, or no tokenizer.</exception>
    /// <exception cref="InvalidDataException">A file is not what a student of the task writes.</exception>
    public static StudentFile Open(string directory, int threads, TextTokenizer? tokenizer, StudentTask task)
    {
        string path = Path.Combine(Require.Text(directory), FileName);
        Require.Positive(threads);
        tokenizer ??= TextTokenizer.Load(directory);
        InferenceSession session = OnnxSession.Open(path, threads);
        try
        {
            return Of(session, path, tokenizer, task);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Computes the logits of texts, those of similar length together.</summary>
    /// <param name="ids">The token ids of each text.</param>
    /// <param name="read">Is called once for each text.</param>
    public void Run(IReadOnlyList<int[]> ids, LogitsReader read)
    {
        foreach (int[] batch in Enumerable.Range(0, ids.Count).OrderBy(text => ids[text].Length).Chunk(BatchSize))
        {
            var padded = new PaddedIds(Array.ConvertAll(batch, text => ids[text]), Tokenizer.PadId);
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(padded.Ids, padded.Shape);
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _inputs, [input], _outputs);
            ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
            int width = logits.Length / batch.Length;
            for (int row = 0; row < batch.Length; row++)
            {
                read(batch[row], logits.Slice(row * width, width));
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private static StudentFile Of(InferenceSession session, string path, TextTokenizer tokenizer, StudentTask task)
    {
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        string Member(string name) => metadata.TryGetValue(name, out string? value)
            ? value
            : throw new InvalidDataException($"{path} has no '{name}' in its metadata: it is no saved student.");
        try
        {
            string written = Member(TaskKey);
            if (written != task.ToString())
            {
                throw new InvalidDataException($"The task of the student must be {task}, but that of {path} is {written}.");
            }

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
}
