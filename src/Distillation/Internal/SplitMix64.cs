namespace Distillation;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): random numbers that are the same on every machine, in every version.</summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>One number out of two, so that neighboring pairs have nothing in common.</summary>
    public static ulong Mix(int first, int second) => new SplitMix64(((ulong)(uint)first << 32) | (uint)second).Next();

    /// <summary>One number out of two.</summary>
    public static ulong Mix(ulong first, ulong second) => new SplitMix64(unchecked(new SplitMix64(first).Next() ^ second)).Next();

    /// <summary>A number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextUniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15UL;
            ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>Shuffles in place (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> numbers)
    {
        for (int i = numbers.Length - 1; i > 0; i--)
        {
            int j = (int)Below((ulong)i + 1);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }
    }

    /// <summary>A number in [0, bound), each equally likely: the numbers of the last, incomplete round are left out.</summary>
    public ulong Below(ulong bound)
    {
        ulong incomplete = unchecked(0 - bound) % bound;
        ulong next;
        do
        {
            next = Next();
        }
        while (next < incomplete);

        return next % bound;
    }
}
