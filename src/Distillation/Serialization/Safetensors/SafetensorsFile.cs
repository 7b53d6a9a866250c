using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>A file in the safetensors format, open for reading; tensors are read one by one.</summary>
/// <remarks>
/// <para>
/// Opening checks the whole header against the length of the file, before memory is reserved for anything that the header claims: names that come twice, shapes
/// that overflow or do not fit, places that overlap, leave holes or end elsewhere than the file. The values themselves are not checked.
/// </para>
/// <para>
/// Any number of threads may read at once. A file that another process changes or shortens while it is open is not noticed until the bytes are missing.
/// </para>
/// </remarks>
public sealed class SafetensorsFile : ITensorFile
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Dictionary<string, TensorInfo> _tensors;
    private readonly long _begin;

    private SafetensorsFile(SafeFileHandle file, string path)
    {
        (_file, _path) = (file, path);
        byte[] header = ReadHeader(file, path);
        _begin = SafetensorsLayout.LengthBytes + header.Length;
        (_tensors, Dictionary<string, string> metadata) = HeaderParser.Parse(header, path);
        Metadata = metadata;
        Names = [.. SafetensorsLayout.Check(_tensors.Values, RandomAccess.GetLength(file) - _begin, path).Select(tensor => tensor.Name)];
    }

    /// <summary>Gets the names of the tensors, in the order in which they lie in the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Gets the texts that stand beside the tensors; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <inheritdoc/>
    IReadOnlyList<PassedOver> ITensorFile.Others => [];

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">It is no safetensors file, truncated or damaged; the message has what is wrong and where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle file = File.OpenHandle(path);
        try
        {
            return new SafetensorsFile(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Looks for a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its shape and its type, or <see langword="null"/> where the file has no tensor of that name.</returns>
    public TensorInfo? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>A new tensor on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no tensor of that name.</exception>
    /// <exception cref="InvalidDataException">It is of a type that TorchSharp does not have.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public Tensor Read(string name)
    {
        (TensorInfo info, torch.ScalarType type) = Readable(name);
        using var scope = torch.NewDisposeScope();
        Tensor tensor = torch.empty([.. info.Shape], type);
        Fill(info, tensor);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Reads a tensor into another one's memory. Autograd does not notice the change.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">What is overwritten: on the CPU, contiguous, of the same shape and type.</param>
    /// <exception cref="ArgumentException">There is no tensor of that name, or it is another one than <paramref name="tensor"/> can take.</exception>
    /// <exception cref="InvalidDataException">It is of a type that TorchSharp does not have.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter; what was read until then is in <paramref name="tensor"/>.</exception>
    public void ReadInto(string name, Tensor tensor)
    {
        Require.Present(tensor);
        (TensorInfo info, torch.ScalarType type) = Readable(name);
        if (tensor.dtype != type || !tensor.shape.SequenceEqual(info.Shape) || tensor.device_type != DeviceType.CPU || !tensor.is_contiguous())
        {
            throw new ArgumentException(
                $"'{name}' is {info} and can be read into a contiguous tensor on the CPU like it alone, but this one is {Shapes.Of(tensor)} {tensor.dtype} "
                + $"on {tensor.device}{(tensor.is_contiguous() ? string.Empty : ", not contiguous")}.",
                nameof(tensor));
        }

        Fill(info, tensor);
    }

    /// <summary>Reads some rows of a tensor, and no others.</summary>
    /// <remarks>Rows that follow each other are read at once.</remarks>
    /// <param name="name">Its name.</param>
    /// <param name="indices">The numbers of the rows, N of them, each in [0, size of the first dimension), in any order; a number may come twice.</param>
    /// <returns>A new tensor [N, ...] on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">
    /// There is no tensor of that name, it is a scalar, a number is not in it, or the rows have more than 2 GB together.
    /// </exception>
    /// <exception cref="InvalidDataException">It is of a type that TorchSharp does not have.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public Tensor ReadRows(string name, ReadOnlySpan<long> indices)
    {
        (TensorInfo info, torch.ScalarType type) = Readable(name);
        long rows = info.Shape.Count == 0 ? throw new ArgumentException($"'{name}' is a scalar and has no rows: read it whole.", nameof(name)) : info.Shape[0];
        foreach (long number in indices)
        {
            if (number < 0 || number >= rows)
            {
                throw new ArgumentException($"Numbers of rows of '{name}' must be in [0, {rows - 1}], but one is {number}.", nameof(indices));
            }
        }

        long width = rows == 0 ? 0 : (info.End - info.Begin) / rows;
        if ((Int128)width * indices.Length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"At most {Array.MaxLength / width} rows of '{name}' can be read at once, but there are {indices.Length} numbers.", nameof(indices));
        }

        using var scope = torch.NewDisposeScope();
        Tensor values = torch.empty([indices.Length, .. info.Shape.Skip(1)], type);
        FillRows(indices, values.bytes, (int)width, _begin + info.Begin);
        return values.MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] ReadHeader(SafeFileHandle file, string path)
    {
        if (FileBeginning.NameOf(FileBeginning.Read(file)) is { } other)
        {
            throw new InvalidDataException($"'{path}' is no safetensors file: {other}.");
        }

        long most = Math.Min(SafetensorsLayout.LongestHeader, RandomAccess.GetLength(file) - SafetensorsLayout.LengthBytes);
        Span<byte> bytes = stackalloc byte[SafetensorsLayout.LengthBytes];
        if (most < 0)
        {
            throw new InvalidDataException(
                $"'{path}' is no safetensors file, or truncated: it must have more than {SafetensorsLayout.LengthBytes} bytes, "
                + $"but has {RandomAccess.GetLength(file)}.");
        }

        WholeRead.Fill(file, bytes, 0, path);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)most)
        {
            throw new InvalidDataException(
                $"'{path}' is no safetensors file, or truncated: its header must have at most {most} bytes, but announces {length}.");
        }

        byte[] header = new byte[length];
        WholeRead.Fill(file, header, SafetensorsLayout.LengthBytes, path);
        return header is [(byte)'{', ..] ? header : throw new InvalidDataException($"'{path}' is no safetensors file: its header must begin with '{{'.");
    }

    private (TensorInfo Info, torch.ScalarType Type) Readable(string name)
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        TensorInfo info = Find(name) ?? throw new ArgumentException(
            $"There is no tensor '{name}' in '{_path}'; its {Names.Count} tensors begin with: {string.Join(", ", Names.Take(20))}.", nameof(name));
        return (info, info.ScalarType ?? throw new InvalidDataException($"'{_path}' has '{name}' as {info.Dtype}, but only {TensorType.Names} can be read."));
    }

    private void Fill(TensorInfo info, Tensor tensor) =>
        TensorBytes.InPieces(tensor, (bytes, at) => WholeRead.Fill(_file, bytes, _begin + info.Begin + at, _path));

    private void FillRows(ReadOnlySpan<long> numbers, Span<byte> left, int width, long begin)
    {
        while (numbers.Length > 0)
        {
            int run = 1;
            while (run < numbers.Length && numbers[run] == numbers[run - 1] + 1)
            {
                run++;
            }

            WholeRead.Fill(_file, left[..(run * width)], begin + (numbers[0] * width), _path);
            numbers = numbers[run..];
            left = left[(run * width)..];
        }
    }
}
