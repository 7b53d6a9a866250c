using System.Text;

namespace Distillation.Tests.Serialization;

/// <summary>Damages files, the same way for the same seed.</summary>
/// <param name="seed">Any number.</param>
/// <param name="hasLength">Whether a file begins with the length of its header, eight bytes.</param>
internal sealed class Mutator(int seed, bool hasLength = true)
{
    private static readonly string[] Words = ["[", "]", "{", "}", ",", ":", "\"", "\\", "-", "0", "9", "null", "1e9", "9223372036854775807", "\"x\":", "\"dtype\"", "\"F32\"", "\"shape\"", "__metadata__", "\0", "\ufffd", " "];

    private SplitMix64 _chance = new((ulong)seed);

    public byte[] Mutate(byte[][] valid)
    {
        List<byte> bytes = [.. Any(valid)];
        for (int times = 1 + Below(3); times > 0; times--)
        {
            int at = Below(bytes.Count + 1);
            switch (Below(6))
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
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Any(Words)));
                    break;
                case 4:
                    byte[] other = Any(valid);
                    int from = Below(other.Length);
                    bytes.InsertRange(at, other[from..(from + Below(other.Length - from))]);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        // Half of the time the length in front is made right again: else little would be seen of what is behind it.
        if (hasLength && bytes.Count >= 8 && Below(2) == 0)
        {
            int end = bytes.LastIndexOf((byte)'}') + 1;
            byte[] length = BitConverter.GetBytes((long)Math.Max(0, end - 8));
            bytes.RemoveRange(0, 8);
            bytes.InsertRange(0, length);
        }

        return [.. bytes];
    }

    private T Any<T>(T[] all) => all[Below(all.Length)];

    private int Below(int limit) => (int)(_chance.Next() % (ulong)Math.Max(1, limit));
}
