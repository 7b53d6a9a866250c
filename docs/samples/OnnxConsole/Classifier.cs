using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace OnnxConsole;

/// <summary>A file that was exported with <c>Softmax</c>, and best with <c>Labels</c>.</summary>
internal sealed class Classifier : IDisposable
{
    private readonly InferenceSession _session;
    private readonly string[]? _labels;
    private readonly long[] _shape;

    public Classifier(string path)
    {
        _session = new InferenceSession(path);
        _labels = _session.ModelMetadata.CustomMetadataMap.TryGetValue("labels", out string? labels) ? JsonSerializer.Deserialize<string[]>(labels) : null;

        // The first size is the batch, which the file leaves open.
        _shape = [1, .. _session.InputMetadata[_session.InputNames[0]].Dimensions.Skip(1)];
    }

    /// <summary>Gets how many numbers a sample has.</summary>
    public long Size => _shape.Aggregate(1L, (product, size) => product * size);

    public Classification Classify(float[] sample)
    {
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(sample, _shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, _session.InputNames, [input], _session.OutputNames);
        float[] probabilities = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        int best = Array.IndexOf(probabilities, probabilities.Max());
        return new Classification(_labels?[best] ?? best.ToString(CultureInfo.InvariantCulture), probabilities[best]);
    }

    public void Dispose() => _session.Dispose();
}
