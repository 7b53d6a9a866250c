using Distillation.Serialization;

namespace Distillation.Data;

/// <summary>Samples in a safetensors file on a disk: rows are read when a batch needs them, so that the data may be larger than the memory.</summary>
/// <remarks>
/// <para>
/// Inputs are a tensor [N, ...], labels, where there are any, another one of as many rows. Batches have the types of the file, but for labels of integers,
/// which become int64. They are on the CPU.
/// </para>
/// <para><see cref="DataSourceExtensions.Save"/> and <c>SampleFile</c> of Distillation.SmallData write such files. Any number of threads may read.</para>
/// </remarks>
public sealed class TensorFile : IDataSource, IDisposable
{
    internal const string InputsName = "inputs";
    internal const string LabelsName = "labels";

    private readonly SafetensorsFile _file;
    private readonly string _inputs;
    private readonly string? _labels;

    private TensorFile(SafetensorsFile file, string path, string inputs, string? labels)
    {
        (_file, _inputs) = (file, inputs);
        _labels = labels ?? file.Find(LabelsName)?.Name;
        Count = Rows(path, inputs);
        if (Count == 0 || (_labels is not null && Rows(path, _labels) != Count))
        {
            throw new InvalidDataException(
                $"'{path}' must have at least one sample, and one label for each, "
                + $"but has '{inputs}' {file.Find(inputs)}{(_labels is null ? string.Empty : $" and '{_labels}' {file.Find(_labels)}")}.");
        }
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <summary>Opens a file. The header is checked here, the values are not read.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="inputs">The name of the inputs, [N, ...].</param>
    /// <param name="labels">
    /// The name of the labels, class ids [N], probabilities [N, C] or targets [N, ...]. If it is not given, they are <c>labels</c> where the file has that, and
    /// none otherwise.
    /// </param>
    /// <returns>The samples; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">
    /// It is no safetensors file, truncated or damaged; it has no tensors of these names, or of types that cannot be read; or they do not belong together.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TensorFile Open(string path, string inputs = InputsName, string? labels = null)
    {
        Require.Present(inputs);
        SafetensorsFile file = SafetensorsFile.Open(path);
        try
        {
            return new TensorFile(file, path, inputs, labels);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not in the file, or the samples have more than 2 GB together.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        using var scope = torch.NewDisposeScope();
        long[] numbers = indices.data<long>().ToArray();
        Tensor inputs = _file.ReadRows(_inputs, numbers);
        Tensor? labels = _labels is null ? null : _file.ReadRows(_labels, numbers);
        if (labels is not null && torch.is_integral(labels))
        {
            labels = labels.to(torch.ScalarType.Int64);
        }

        return new Batch(inputs.MoveToOuterDisposeScope(), labels?.MoveToOuterDisposeScope(), indices);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private long Rows(string path, string name) =>
        _file.Find(name) is { ScalarType: not null, Shape: [long rows, ..] }
            ? rows
            : throw new InvalidDataException(
                $"'{path}' must have '{name}' as [N, ...] of {TensorType.Names}, "
                + $"but {(_file.Find(name) is { } info ? $"has {info}" : $"has no tensor of that name; it has {string.Join(", ", _file.Names.Take(20))}")}.");
}
