using System.Buffers.Binary;
using System.Text;

namespace Distillation.Reports.Tests;

/// <summary>Reads the scalars of an event file: records of length, checksum, message, checksum; the messages are protocol buffers.</summary>
internal static class EventFile
{
    public static IReadOnlyList<(string Tag, long Step, float Value)> Scalars(string path)
    {
        var scalars = new List<(string, long, float)>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.Length > 0)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(rest));
            ReadOnlySpan<byte> message = rest.Slice(12, length);
            Check(rest[..8], rest.Slice(8, 4));
            Check(message, rest.Slice(12 + length, 4));
            rest = rest[(16 + length)..];

            // tensorflow.Event: 2 step, 5 summary; Summary: 1 value; Value: 1 tag, 2 simple_value.
            Dictionary<int, byte[]> fields = Fields(message);
            if (fields.TryGetValue(5, out byte[]? summary))
            {
                Dictionary<int, byte[]> value = Fields(Fields(summary)[1]);
                scalars.Add((Encoding.UTF8.GetString(value[1]), Varint(fields[2]), BinaryPrimitives.ReadSingleLittleEndian(value[2])));
            }
        }

        return scalars;
    }

    private static Dictionary<int, byte[]> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, byte[]>();
        while (message.Length > 0)
        {
            int key = message[0];
            message = message[1..];
            int length = (key & 7) switch
            {
                0 => message.IndexOfAnyInRange<byte>(0, 0x7F) + 1,
                1 => 8,
                5 => 4,
                2 => TakeLength(ref message),
                _ => throw new InvalidDataException($"The field {key} is of no known kind."),
            };
            fields[key >> 3] = message[..length].ToArray();
            message = message[length..];
        }

        return fields;
    }

    private static int TakeLength(ref ReadOnlySpan<byte> message)
    {
        int digits = message.IndexOfAnyInRange<byte>(0, 0x7F) + 1;
        int length = (int)Varint(message[..digits]);
        message = message[digits..];
        return length;
    }

    private static long Varint(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            value |= (long)(digits[i] & 0x7F) << (7 * i);
        }

        return value;
    }

    // CRC-32C, rotated and shifted by a constant.
    private static void Check(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> checksum)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        uint masked = unchecked(uint.RotateRight(~crc, 15) + 0xA282EAD8);
        BinaryPrimitives.ReadUInt32LittleEndian(checksum).Should().Be(masked);
    }
}
