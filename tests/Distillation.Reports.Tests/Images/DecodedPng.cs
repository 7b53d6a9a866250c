using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Distillation.Reports.Tests;

/// <summary>A PNG file of 8 bits a channel, gray or RGB and without filters, read by the standard and not by the encoder's code.</summary>
internal sealed class DecodedPng
{
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required int Channels { get; init; }

    public required byte[] Pixels { get; init; }

    public static DecodedPng Of(byte[] file)
    {
        file[..8].Should().Equal(137, 80, 78, 71, 13, 10, 26, 10);
        Dictionary<string, byte[]> chunks = Chunks(file.AsSpan(8));
        chunks.Keys.Should().Equal("IHDR", "IDAT", "IEND");
        byte[] header = chunks["IHDR"];
        (int width, int height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        header[8].Should().Be(8, "that is the number of bits");
        header[10..].Should().Equal(0, 0, 0);
        int channels = header[9] switch { 0 => 1, 2 => 3, var type => throw new InvalidOperationException($"color type {type}") };
        return new() { Width = width, Height = height, Channels = channels, Pixels = Rows(chunks["IDAT"], width * channels, height) };
    }

    private static Dictionary<string, byte[]> Chunks(ReadOnlySpan<byte> rest)
    {
        var chunks = new Dictionary<string, byte[]>();
        while (rest.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            ReadOnlySpan<byte> covered = rest.Slice(4, 4 + length);
            BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + length)..]).Should().Be(Checksum(covered));
            chunks.Add(Encoding.ASCII.GetString(covered[..4]), covered[4..].ToArray());
            rest = rest[(12 + length)..];
        }

        return chunks;
    }

    // Bit by bit, as the standard defines CRC-32.
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint rest = uint.MaxValue;
        foreach (byte one in data)
        {
            rest ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                rest = (rest >> 1) ^ ((rest & 1) * 0xEDB88320);
            }
        }

        return ~rest;
    }

    private static byte[] Rows(byte[] compressed, int rowLength, int height)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var all = new MemoryStream();
        zlib.CopyTo(all);
        byte[][] rows = [.. all.ToArray().Chunk(1 + rowLength)];
        rows.Should().HaveCount(height).And.OnlyContain(row => row.Length == 1 + rowLength && row[0] == 0);
        return [.. rows.SelectMany(row => row[1..])];
    }
}
