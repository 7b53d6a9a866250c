using System.Text;

namespace Distillation.AI;

/// <summary>
/// Estimates the Jaccard similarity |A ∩ B| / |A ∪ B| of the sets of shingles of two texts (Broder, 1997): the share of hash functions whose smallest value
/// over both sets is the same. The standard error is at most 1 / (2√n) for n hash functions.
/// </summary>
/// <remarks>Case does not count, and spaces, punctuation and line ends count as one space.</remarks>
internal sealed class MinHash
{
    // The Mersenne prime 2⁶¹ − 1: h(x) = (a·x + b) mod p is a universal family (Carter and Wegman, 1979).
    private const ulong Prime = (1UL << 61) - 1;

    private readonly ShingleUnit _unit;
    private readonly int _length;
    private readonly (ulong Factor, ulong Offset)[] _functions;

    public MinHash(ShingleUnit unit, int length, int functions)
    {
        (_unit, _length) = (unit, length);
        var draws = new SeededDraws(0, "hash functions");
        _functions = [.. Enumerable.Range(0, functions).Select(_ => ((draws.Next() % (Prime - 1)) + 1, draws.Next() % Prime))];
    }

    /// <summary>Returns the estimate for two signatures.</summary>
    public static double Similarity(ulong[] first, ulong[] second)
    {
        int same = 0;
        for (int i = 0; i < first.Length; i++)
        {
            same += first[i] == second[i] ? 1 : 0;
        }

        return (double)same / first.Length;
    }

    /// <summary>Returns the smallest value of each hash function over the shingles of a text.</summary>
    public ulong[] Signature(string text)
    {
        ulong[] signature = new ulong[_functions.Length];
        Array.Fill(signature, ulong.MaxValue);
        foreach (string shingle in Shingles(text))
        {
            ulong hash = Hash(shingle);
            for (int i = 0; i < signature.Length; i++)
            {
                signature[i] = Math.Min(signature[i], Permuted(_functions[i], hash));
            }
        }

        return signature;
    }

    /// <summary>Returns the shingles of a text: all runs of so many characters or words. A shorter text is one shingle.</summary>
    public HashSet<string> Shingles(string text)
    {
        string normal = Normal(text);
        if (_unit == ShingleUnit.Characters)
        {
            return [.. Enumerable.Range(0, Math.Max(1, normal.Length - _length + 1)).Select(i => normal.Substring(i, Math.Min(_length, normal.Length - i)))];
        }

        string[] words = normal.Split(' ');
        return [.. Enumerable.Range(0, Math.Max(1, words.Length - _length + 1)).Select(i => string.Join(' ', words.Skip(i).Take(_length)))];
    }

    // x mod 2⁶¹ − 1 is the sum of its pieces of 61 bits.
    private static ulong Permuted((ulong Factor, ulong Offset) function, ulong hash)
    {
        UInt128 value = ((UInt128)function.Factor * hash) + function.Offset;
        ulong folded = (ulong)(value & Prime) + (ulong)(value >> 61);
        return folded >= Prime ? folded - Prime : folded;
    }

    private static string Normal(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            if (char.IsLetterOrDigit(character) || char.IsSurrogate(character))
            {
                normal.Append(char.ToLowerInvariant(character));
            }
            else if (normal.Length > 0 && normal[^1] != ' ')
            {
                normal.Append(' ');
            }
        }

        return normal.ToString().TrimEnd();
    }

    // FNV-1a of 64 bits (Fowler, Noll and Vo, 1991), over UTF-16 units.
    private static ulong Hash(string shingle)
    {
        ulong hash = 14695981039346656037;
        foreach (char character in shingle)
        {
            hash = unchecked((hash ^ character) * 1099511628211);
        }

        return hash % Prime;
    }
}
