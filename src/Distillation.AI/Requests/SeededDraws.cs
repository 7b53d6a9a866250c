using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Distillation.AI;

/// <summary>Random numbers that follow from a seed and the name of their use, the same on every machine: digests of a counter.</summary>
internal sealed class SeededDraws(int seed, string use)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(use);
    private ulong _counter;

    /// <summary>A number in [0, bound). Its bias, below 2⁻³², has no effect.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)Require.Positive(bound));

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>The numbers from 0 to count − 1 in random order (Fisher and Yates).</summary>
    public int[] Shuffled(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    public ulong Next()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int) + sizeof(ulong)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[sizeof(int)..], _counter++);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData([.. bytes, .. _name]));
    }
}
