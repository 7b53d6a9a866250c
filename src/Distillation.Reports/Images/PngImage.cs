using System.Buffers.Binary;
using System.IO.Compression;

namespace Distillation.Reports;

/// <summary>Images as PNG files (ISO/IEC 15948) of 8 bits a channel, without a palette, a filter or interlacing.</summary>
internal static class PngImage
{
    private const byte Gray = 0;
    private const byte Rgb = 2;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(number => Remainder((uint)number))];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">The rows from top to bottom, each from left to right, each pixel with its channels side by side.</param>
    /// <param name="size">Width and height, positive.</param>
    /// <param name="channels">1 for gray, 3 for red, green and blue.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, (int Width, int Height) size, int channels)
    {
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], size.Height);
        (header[8], header[9]) = (8, channels == 3 ? Rgb : Gray);
        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compressed(pixels, size.Width * channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // In front of each row stands the number of its filter: 0, none.
    private static byte[] Compressed(ReadOnlySpan<byte> pixels, int rowLength)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (int start = 0; start < pixels.Length; start += rowLength)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(start, rowLength));
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Update(Update(uint.MaxValue, type), data));
        file.Write(number);
    }

    // CRC-32 with the reversed polynomial of IEEE 802.3.
    private static uint Update(uint checksum, ReadOnlySpan<byte> data)
    {
        foreach (byte one in data)
        {
            checksum = Table[(byte)(checksum ^ one)] ^ (checksum >> 8);
        }

        return checksum;
    }

    private static uint Remainder(uint number)
    {
        for (int bit = 0; bit < 8; bit++)
        {
            number = (number & 1) == 0 ? number >> 1 : 0xEDB88320 ^ (number >> 1);
        }

        return number;
    }
}
