using System.Text;

namespace Distillation.Tests;

/// <summary>Damages files, the same way for the same seed.</summary>
/// <param name="seed">The seed.</param>
/// <param name="words">What the format has words for, to put anywhere.</param>
/// <param name="repair">Makes right what else would hide all damage behind it; done half of the time.</param>
internal sealed class Mutator(int seed, byte[][] words, Action<List<byte>> repair)
{
    private static readonly string[] Words =
    [
        "[", "]", "{", "}", ",", ":", "\"", "\\", "-", "0", "9", "null", "1e9", "9223372036854775807", "\"x\":", "\"dtype\"", "\"F32\"", "\"shape\"",
        "__metadata__", "\0", "\ufffd", " ",
    ];

    // Lengths, counts and offsets as they should not be.
    private static readonly long[] Numbers =
        [0, 1, -1, 2, 3, 7, 8, 255, 256, short.MaxValue, short.MinValue, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    private readonly Random _chance = new(seed);

    /// <summary>Damages safetensors files; half of the time the length in front is made right again.</summary>
    public static Mutator OfSafetensors(int seed) => new(seed, [.. Words.Select(Encoding.UTF8.GetBytes)], RightLength);

    /// <summary>Damages JSON, or any bytes.</summary>
    public static Mutator OfJson(int seed) => new(seed, [.. Words.Select(Encoding.UTF8.GetBytes)], _ => { });

    public byte[] Mutate(byte[][] valid)
    {
        List<byte> bytes = [.. Any(valid)];
        for (int times = 1 + Below(3); times > 0; times--)
        {
            int at = Below(bytes.Count + 1);
            switch (Below(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)Below(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(Below(20), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Any(words));
                    break;
                case 4:
                    byte[] other = Any(valid);
                    int from = Below(other.Length);
                    bytes.InsertRange(at, other[from..(from + Below(other.Length - from))]);
                    break;
                case 5:
                    Overwrite(bytes, at);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        if (Below(2) == 0)
        {
            repair(bytes);
        }

        return [.. bytes];
    }

    private void Overwrite(List<byte> bytes, int at)
    {
        byte[] number = BitConverter.GetBytes(Below(3) == 0 ? Below(2 * bytes.Count) : Any(Numbers));
        int width = Below(2) == 0 ? sizeof(int) : sizeof(long);
        at -= at % width;
        for (int i = 0; i < width && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }

    private static void RightLength(List<byte> bytes)
    {
        if (bytes.Count >= 8)
        {
            byte[] length = BitConverter.GetBytes((long)Math.Max(0, bytes.LastIndexOf((byte)'}') + 1 - 8));
            bytes.RemoveRange(0, 8);
            bytes.InsertRange(0, length);
        }
    }

    private T Any<T>(T[] all) => all[Below(all.Length)];

    private int Below(int limit) => _chance.Next(Math.Max(1, limit));
}
