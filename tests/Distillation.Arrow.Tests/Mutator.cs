namespace Distillation.Arrow.Tests;

/// <summary>Damages bytes at random, with a liking for numbers that lengths and offsets should not have.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly long[] Odd = [0, 1, -1, 2, 3, 7, 8, 255, 256, short.MaxValue, short.MinValue, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    private readonly Random _random = new(seed);

    public byte[] Damage(byte[] whole)
    {
        byte[] damaged = [.. whole];
        for (int times = _random.Next(1, 4); times > 0 && damaged.Length > 0; times--)
        {
            damaged = Once(damaged);
        }

        return damaged;
    }

    private byte[] Once(byte[] bytes)
    {
        int at = _random.Next(bytes.Length);
        switch (_random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                Put(bytes, at & ~3, BitConverter.GetBytes((int)Odd[_random.Next(Odd.Length)]));
                return bytes;
            case 3:
                Put(bytes, at & ~7, BitConverter.GetBytes(Odd[_random.Next(Odd.Length)]));
                return bytes;
            case 4:
                Put(bytes, at & ~3, BitConverter.GetBytes(_random.Next(-bytes.Length, 2 * bytes.Length)));
                return bytes;
            case 5:
                Put(bytes, at, bytes[_random.Next(bytes.Length)..]);
                return bytes;
            default:
                return _random.Next(2) == 0 ? bytes[..at] : [.. bytes[..at], .. bytes[(at / 2)..]];
        }
    }

    private void Put(byte[] bytes, int at, byte[] values)
    {
        int count = Math.Min(Math.Min(values.Length, bytes.Length - at), values.Length > sizeof(long) ? _random.Next(64) : sizeof(long));
        values.AsSpan(0, count).CopyTo(bytes.AsSpan(at));
    }
}
