namespace Distillation.SmallData;

/// <summary>Sizes of the parts of a partition, and the parts.</summary>
internal static class PartitionSizes
{
    /// <summary>The numbers [0, count) in random order.</summary>
    public static long[] Shuffled(long count, int seed)
    {
        var numbers = new long[count];
        for (long i = 0; i < count; i++)
        {
            numbers[i] = i;
        }

        new SplitMix64(SplitMix64.Mix(seed, 0)).Shuffle(numbers.AsSpan());
        return numbers;
    }

    /// <summary>Sizes that differ by at most one.</summary>
    public static int[] Even(long count, int parts) =>
        [.. Enumerable.Range(0, parts).Select(part => (int)((count * (part + 1) / parts) - (count * part / parts)))];

    /// <summary>One for each part; what is left by shares that sum to 1, rounded by largest remainders.</summary>
    public static int[] ByShares(long count, double[] shares)
    {
        double[] exact = [.. shares.Select(share => share * (count - shares.Length))];
        int[] sizes = [.. exact.Select(size => 1 + (int)size)];
        long left = count - sizes.Sum(size => (long)size);
        foreach (int part in Enumerable.Range(0, shares.Length).OrderByDescending(part => exact[part] - Math.Floor(exact[part])).Take((int)left))
        {
            sizes[part]++;
        }

        return sizes;
    }

    /// <summary>Cuts numbers into parts of the given sizes.</summary>
    public static IEnumerable<long[]> Cut(long[] numbers, IReadOnlyList<int> sizes)
    {
        int start = 0;
        foreach (int size in sizes)
        {
            yield return numbers[start..(start + size)];
            start += size;
        }
    }
}
