namespace Distillation.Data;

/// <summary>Images in an IDX file on a disk, read when a batch needs them; made by <see cref="ImageData.OpenIdx"/>.</summary>
public sealed class ImageFile : IDataSource, IDisposable
{
    private readonly FileStream _file;
    private readonly long[] _imageShape;
    private readonly long _begin;
    private readonly Tensor _labels;

    internal ImageFile(string path, Tensor labels)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _file = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.RandomAccess });
        try
        {
            (_imageShape, _begin) = Check(path, labels.size(0));
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        Count = labels.size(0);
        _labels = labels.DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not in the file.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        ObjectDisposedException.ThrowIf(_labels.IsInvalid, this);
        using var scope = torch.NewDisposeScope();
        Tensor pixels = torch.empty([indices.size(0), 1, .. _imageShape], torch.ScalarType.Byte);
        int size = (int)(_imageShape[0] * _imageShape[1]);
        Span<byte> left = pixels.bytes;
        foreach (long number in indices.data<long>())
        {
            if (number < 0 || number >= Count)
            {
                throw new ArgumentException($"Numbers of samples must be in [0, {Count - 1}], but one is {number}.", nameof(indices));
            }

            WholeRead.Fill(_file.SafeFileHandle, left[..size], _begin + (number * size), _file.Name);
            left = left[size..];
        }

        Tensor inputs = pixels.to(torch.ScalarType.Float32).DivInPlace(255);
        return new Batch(inputs.MoveToOuterDisposeScope(), _labels.index_select(0, indices).MoveToOuterDisposeScope(), indices);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _labels.Dispose();
    }

    private (long[] ImageShape, long Begin) Check(string path, long labels)
    {
        if (_file.ReadByte() == 0x1f && _file.ReadByte() == 0x8b)
        {
            throw new InvalidDataException(
                $"'{path}' is packed with gzip, of which no image can be read alone: "
                + $"unpack it, or load it with {nameof(ImageData)}.{nameof(ImageData.FromIdx)}.");
        }

        _file.Position = 0;
        (long[] shape, torch.ScalarType type, long length) = IdxFile.ReadHeader(_file, path);
        if (shape is not [long images, long height, long width] || type != torch.ScalarType.Byte || height * width > Array.MaxLength)
        {
            throw new InvalidDataException($"'{path}' must be [N, H, W] of uint8, but is [{string.Join(", ", shape)}] {type}.");
        }

        if (_file.Length != _file.Position + length)
        {
            throw new InvalidDataException(
                $"'{path}' must have {_file.Position + length} bytes for its shape [{string.Join(", ", shape)}], but has {_file.Length}.");
        }

        return images == labels
            ? ([height, width], _file.Position)
            : throw new InvalidDataException($"There must be one label for each image, but '{path}' has {images} images, and there are {labels} labels.");
    }
}
