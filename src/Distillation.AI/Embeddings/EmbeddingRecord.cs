using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Distillation.AI;

/// <summary>
/// The file of an <see cref="EmbeddingCache"/>: a header of 8 bytes, then records, little-endian. A record is the number of dimensions D as int32, the key of
/// 32 bytes, D numbers as float32, and the first 8 bytes of the SHA-256 digest of all that.
/// </summary>
internal static class EmbeddingRecord
{
    public const int MaxDimension = 65_536;

    private const int KeySize = 32;
    private const int Prefix = sizeof(int) + KeySize;
    private const int Checksum = 8;

    private static ReadOnlySpan<byte> Header => "EMBEDS1\n"u8;

    /// <summary>Returns the bytes of a record.</summary>
    public static byte[] Of(string key, ReadOnlySpan<float> embedding)
    {
        byte[] record = new byte[SizeOf(embedding.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(record, embedding.Length);
        Convert.FromHexString(key).CopyTo(record, sizeof(int));
        for (int i = 0; i < embedding.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(record.AsSpan(Prefix + (i * sizeof(float))), embedding[i]);
        }

        Digest(record).CopyTo(record, record.Length - Checksum);
        return record;
    }

    /// <summary>Reads the numbers of a record.</summary>
    public static float[] Read(SafeFileHandle file, Place place)
    {
        byte[] bytes = ReadAt(file, place.Offset + Prefix, place.Dimension * sizeof(float));
        var numbers = new float[place.Dimension];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return numbers;
    }

    /// <summary>Reads all records, writes the header of a new file, and cuts off a record at the end that is not whole.</summary>
    /// <returns>The end of the last record.</returns>
    public static long ReadAll(SafeFileHandle file, string path, Action<string, Place> found)
    {
        long length = RandomAccess.GetLength(file);
        long at = Header.Length;
        byte[] start = ReadAt(file, 0, (int)Math.Min(length, at));
        if (!Header.StartsWith(start))
        {
            throw new InvalidDataException($"'{path}' is no cache of embeddings: it does not begin with the header of one.");
        }

        if (start.Length < Header.Length)
        {
            RandomAccess.Write(file, Header, 0);
            return at;
        }

        while (at < length)
        {
            if (Parse(file, at, length) is not var (key, dimension))
            {
                RequireTorn(file, path, at, length);
                RandomAccess.SetLength(file, at);
                break;
            }

            found(key, new(at, dimension));
            at += SizeOf(dimension);
        }

        return at;
    }

    private static (string Key, int Dimension)? Parse(SafeFileHandle file, long at, long length)
    {
        if (DimensionAt(file, at, length) is not { } dimension || at + SizeOf(dimension) > length)
        {
            return null;
        }

        byte[] record = ReadAt(file, at, SizeOf(dimension));
        return record.AsSpan(^Checksum..).SequenceEqual(Digest(record)) ? (Convert.ToHexStringLower(record, sizeof(int), KeySize), dimension) : null;
    }

    // A write that was interrupted leaves the beginning of one record, or zeros, at the end of the file.
    private static void RequireTorn(SafeFileHandle file, string path, long at, long length)
    {
        bool isLast = length - at < sizeof(int) || (DimensionAt(file, at, length) is { } dimension && at + SizeOf(dimension) >= length);
        if (!isLast && (length - at > SizeOf(MaxDimension) || ReadAt(file, at, (int)(length - at)).AsSpan().ContainsAnyExcept((byte)0)))
        {
            throw new InvalidDataException(
                $"'{path}' is damaged at byte {at} of {length}: no whole record is there, and it is not the last one. Restore the file, or delete it.");
        }
    }

    private static int? DimensionAt(SafeFileHandle file, long at, long length)
    {
        if (length - at < sizeof(int))
        {
            return null;
        }

        int dimension = BinaryPrimitives.ReadInt32LittleEndian(ReadAt(file, at, sizeof(int)));
        return dimension is > 0 and <= MaxDimension ? dimension : null;
    }

    private static int SizeOf(int dimension) => Prefix + (dimension * sizeof(float)) + Checksum;

    private static byte[] Digest(ReadOnlySpan<byte> record) => SHA256.HashData(record[..^Checksum])[..Checksum];

    private static byte[] ReadAt(SafeFileHandle file, long offset, int count)
    {
        byte[] bytes = new byte[count];
        int read = 0;
        while (read < count)
        {
            int more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            read += more > 0 ? more : throw new EndOfStreamException($"The file ends at byte {offset + read}, but {count - read} more were expected.");
        }

        return bytes;
    }

    /// <summary>Where a record is, and how many numbers it has.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Place(long Offset, int Dimension);
}
