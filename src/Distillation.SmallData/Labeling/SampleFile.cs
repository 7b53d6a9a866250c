using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>Samples in files: a pool that took time to make and to label, or new samples for other clients.</summary>
/// <remarks>
/// A file is in the safetensors format, with the tensors <c>inputs</c>, [N, ...], and, where there are any, <c>labels</c>, [N, ...], and a digest of them. It
/// is written aside and moved. <see cref="TensorFile"/> opens it without loading it.
/// </remarks>
public static class SampleFile
{
    private const string Inputs = "inputs";
    private const string Labels = "labels";

    /// <summary>Writes samples to a file, which then is whole or, if anything fails, what it was before.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(TensorData samples, string path)
    {
        Require.Present(samples);
        var tensors = new Dictionary<string, Tensor> { [Inputs] = samples.Inputs };
        if (samples.Labels is { } labels)
        {
            tensors[Labels] = labels;
        }

        DigestedFile.Write(path, tensors, new Dictionary<string, string>());
    }

    /// <summary>Reads samples.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The samples; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">The file is truncated, damaged, or holds something else; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TensorData Load(string path)
    {
        using var scope = torch.NewDisposeScope();
        Dictionary<string, Tensor> tensors = DigestedFile.Read(path).Tensors;
        Tensor? labels = tensors.GetValueOrDefault(Labels);
        if (!tensors.TryGetValue(Inputs, out Tensor? inputs) || tensors.Count != (labels is null ? 1 : 2)
            || inputs.dim() == 0 || inputs.size(0) == 0 || (labels is not null && (labels.dim() == 0 || labels.size(0) != inputs.size(0))))
        {
            throw new InvalidDataException(
                $"'{path}' does not hold samples: there must be 'inputs' [N, ...] and, if any, 'labels' [N, ...], "
                + $"but there are {string.Join(", ", tensors.Select(pair => $"'{pair.Key}' {Distillation.Shapes.Of(pair.Value)}"))}.");
        }

        return TensorData.Owning(inputs, labels);
    }
}
