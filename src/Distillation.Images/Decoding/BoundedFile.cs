namespace Distillation.Images.Decoding;

/// <summary>Reads files and streams whole, up to a length.</summary>
internal static class BoundedFile
{
    /// <exception cref="InvalidDataException">The file is longer.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
        if (file.Length > maxBytes)
        {
            throw TooLong($"'{path}'", maxBytes);
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <exception cref="InvalidDataException">The stream is longer.</exception>
    public static byte[] Read(Stream stream, int maxBytes, string name)
    {
        using var memory = new MemoryStream();
        byte[] piece = new byte[81_920];
        for (int count = stream.Read(piece); count > 0; count = stream.Read(piece))
        {
            if (memory.Length + count > maxBytes)
            {
                throw TooLong(name, maxBytes);
            }

            memory.Write(piece, 0, count);
        }

        return memory.ToArray();
    }

    public static InvalidDataException TooLong(string name, int maxBytes) =>
        new($"{name} has more than the {maxBytes} bytes that {nameof(ImageOptions)}.{nameof(ImageOptions.MaxFileBytes)} allows.");
}
