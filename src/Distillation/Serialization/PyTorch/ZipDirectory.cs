using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Finds the list of entries of a zip file, to which the end of the file points.</summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint WideLocatorSignature = 0x07064b50;
    private const uint WideEndSignature = 0x06064b50;
    private const int EndBytes = 22;
    private const int WideLocatorBytes = 20;
    private const int WideEndBytes = 56;

    /// <exception cref="InvalidDataException">There is none.</exception>
    public static (long Begin, long End, ulong Count) Find(SafeFileHandle file, string path)
    {
        long fileLength = RandomAccess.GetLength(file);
        long endAt = fileLength - EndBytes; // PyTorch writes no comment behind it
        Span<byte> end = stackalloc byte[EndBytes];
        if (endAt < 0 || !Fill(file, path, end, endAt, EndSignature))
        {
            throw new InvalidDataException($"'{path}' is truncated, or no file of PyTorch: it begins like a zip file, but does not end like one.");
        }

        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        ulong begin = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (count == ushort.MaxValue || length == uint.MaxValue || begin == uint.MaxValue)
        {
            (begin, length, count) = Wide(file, path, endAt);
        }

        return begin <= (ulong)endAt && length <= (ulong)endAt - begin
            ? ((long)begin, (long)(begin + length), count)
            : throw new InvalidDataException(
                $"'{path}' is truncated or damaged: its list of entries must be within {endAt} bytes, but is {length} bytes at byte {begin}.");
    }

    // Beyond 4 GB or 65 534 entries.
    private static (ulong Begin, ulong Length, ulong Count) Wide(SafeFileHandle file, string path, long endAt)
    {
        Span<byte> locator = stackalloc byte[WideLocatorBytes];
        Span<byte> end = stackalloc byte[WideEndBytes];
        if (endAt >= WideLocatorBytes && Fill(file, path, locator, endAt - WideLocatorBytes, WideLocatorSignature)
            && BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]) is ulong at && at <= (ulong)endAt && endAt - (long)at >= WideEndBytes
            && Fill(file, path, end, (long)at, WideEndSignature))
        {
            return (
                BinaryPrimitives.ReadUInt64LittleEndian(end[48..]),
                BinaryPrimitives.ReadUInt64LittleEndian(end[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(end[32..]));
        }

        throw new InvalidDataException($"'{path}' is truncated or damaged: its list of entries must be described in 64 bits at its end, but is not.");
    }

    private static bool Fill(SafeFileHandle file, string path, Span<byte> bytes, long at, uint signature)
    {
        WholeRead.Fill(file, bytes, at, path);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) == signature;
    }
}
