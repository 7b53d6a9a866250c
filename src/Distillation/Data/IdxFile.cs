using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using Distillation.Serialization;

namespace Distillation.Data;

/// <summary>
/// Reads IDX files, the format of MNIST: a magic number, the sizes, the values row by row, all big-endian. Files that are packed with gzip are unpacked.
/// </summary>
public static class IdxFile
{
    private const int MostDimensions = 8;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is; the name does not matter.</param>
    /// <returns>A tensor of the file's shape and type: uint8, int8, int16, int32, float32 or float64; in the current dispose scope.</returns>
    /// <exception cref="InvalidDataException">It is no IDX file, shorter or longer than the sizes in its header, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Tensor Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a stream, which must end with the values that its header announces; no more is read.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="name">What the messages call it.</param>
    /// <returns>A tensor of the stream's shape and type; in the current dispose scope.</returns>
    /// <exception cref="InvalidDataException">It is no IDX file, shorter or longer than the sizes in its header, or damaged.</exception>
    public static Tensor Read(Stream stream, string name)
    {
        Require.Present(stream);
        byte[] magic = Exactly(stream, 4, name);
        if (magic is not [0x1f, 0x8b, ..])
        {
            return Unpacked(stream, magic, name);
        }

        using var unpacked = new GZipStream(new ContinuedStream(magic, stream), CompressionMode.Decompress);
        return Unpacked(unpacked, Exactly(unpacked, 4, name), name);
    }

    /// <summary>Reads the beginning of a stream, up to the values.</summary>
    /// <returns>The shape and the type of the tensor, and how many bytes its values must have.</returns>
    internal static (long[] Shape, torch.ScalarType Type, long Length) ReadHeader(Stream stream, string name) =>
        ReadHeader(stream, Exactly(stream, 4, name), name);

    private static (long[] Shape, torch.ScalarType Type, long Length) ReadHeader(Stream stream, byte[] magic, string name)
    {
        if (magic is not [0, 0, _, > 0 and <= MostDimensions] || TypeOf(magic[2]) is not { } type)
        {
            byte[] more = new byte[FileBeginning.Length];
            magic.CopyTo(more, 0);
            int length = 4 + Read(stream, more.AsSpan(4), name);
            string found = FileBeginning.NameOf(more.AsSpan(0, length))
                ?? $"it must begin with 0, 0, a type (8, 9, 11, 12, 13 or 14) and 1 to {MostDimensions} dimensions, but begins with {string.Join(", ", magic)}";
            throw new InvalidDataException($"'{name}' is no IDX file: {found}.");
        }

        byte[] sizes = Exactly(stream, 4 * magic[3], name);
        long[] shape = [.. Enumerable.Range(0, magic[3]).Select(i => (long)BinaryPrimitives.ReadUInt32BigEndian(sizes.AsSpan(4 * i)))];

        // Eight sizes of 32 bits have a product that no integer holds.
        BigInteger bytes = shape.Aggregate((BigInteger)type.ElementSize(), (product, size) => product * size);
        return bytes > 0 && bytes <= long.MaxValue
            ? (shape, type, (long)bytes)
            : throw new InvalidDataException(
                $"'{name}' has the shape [{string.Join(", ", shape)}], which is {bytes} bytes; it must be from 1 to {long.MaxValue}.");
    }

    private static Tensor Unpacked(Stream stream, byte[] magic, string name)
    {
        (long[] shape, torch.ScalarType type, long length) = ReadHeader(stream, magic, name);
        if (length > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"'{name}' has the shape [{string.Join(", ", shape)}], which is {length} bytes; at most {Array.MaxLength} fit in memory at once.");
        }

        byte[] values = Exactly(stream, (int)length, name);
        if (Read(stream, new byte[1], name) > 0)
        {
            throw new InvalidDataException(
                $"'{name}' is longer than its shape [{string.Join(", ", shape)}]: there is more after {length} bytes of values.");
        }

        Turn(values, type.ElementSize());
        Tensor tensor = torch.empty(shape, type);
        tensor.bytes = values;
        return tensor;
    }

    private static torch.ScalarType? TypeOf(byte code) => code switch
    {
        0x08 => torch.ScalarType.Byte,
        0x09 => torch.ScalarType.Int8,
        0x0B => torch.ScalarType.Int16,
        0x0C => torch.ScalarType.Int32,
        0x0D => torch.ScalarType.Float32,
        0x0E => torch.ScalarType.Float64,
        _ => null,
    };

    private static void Turn(byte[] values, int width)
    {
        if (!BitConverter.IsLittleEndian || width == 1)
        {
            return;
        }

        switch (width)
        {
            case 2:
                Span<short> shorts = MemoryMarshal.Cast<byte, short>(values.AsSpan());
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                Span<int> ints = MemoryMarshal.Cast<byte, int>(values.AsSpan());
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            default:
                Span<long> longs = MemoryMarshal.Cast<byte, long>(values.AsSpan());
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    // Memory grows with what is there, not with the sizes in the header.
    private static byte[] Exactly(Stream stream, int count, string name)
    {
        const int Piece = 1 << 20;
        byte[] bytes = new byte[Math.Min(count, Piece)];
        int filled = 0;
        while (true)
        {
            filled += Read(stream, bytes.AsSpan(filled), name);
            if (filled < bytes.Length)
            {
                throw new InvalidDataException($"'{name}' is truncated: {count} bytes were expected, and {filled} are there.");
            }

            if (filled == count)
            {
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(count, 2L * bytes.Length));
        }
    }

    private static int Read(Stream stream, Span<byte> bytes, string name)
    {
        try
        {
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"'{name}' cannot be unpacked: {exception.Message}", exception);
        }
    }
}
