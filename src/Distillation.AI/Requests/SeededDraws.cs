using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Distillation.AI;

/// <summary>Random numbers that follow from a seed and the name of their use, the same on every machine.</summary>
internal sealed class SeededDraws(int seed, string use)
{
    private SplitMix64 _random = new(
        SplitMix64.Mix(unchecked((ulong)seed), BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(use)))));

    public ulong Next() => _random.Next();

    /// <summary>A number in [0, 1).</summary>
    public double Uniform() => _random.NextUniform();

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound) => (int)_random.Below((ulong)Require.Positive(bound));

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>The numbers below a count in random order.</summary>
    public int[] Shuffled(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _random.Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>As many numbers below a count as it is, drawn with replacement.</summary>
    public int[] Resampled(int count)
    {
        var rows = new int[count];
        for (int i = 0; i < count; i++)
        {
            rows[i] = Below(count);
        }

        return rows;
    }
}
