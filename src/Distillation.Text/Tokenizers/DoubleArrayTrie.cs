using System.Buffers.Binary;

namespace Distillation.Text;

/// <summary>A trie in the form of Darts-clone: an array of units of 32 bits, in which a transition goes to <c>place ^ offset ^ byte</c>.</summary>
/// <remarks>
/// A unit has the byte that leads to it in its lowest 8 bits, and the offset of what follows in its upper 22, which bit 9 shifts by 8. If bit 8 is set, a key
/// ends at the unit, and the unit at <c>place ^ offset</c> has the value in its lower 31 bits; bit 31 is set there. (Aoe, "An Efficient Digital Search
/// Algorithm by Using a Double-Array Structure", 1989.) Transitions out of the array end the search.
/// </remarks>
internal sealed class DoubleArrayTrie
{
    private const uint LeafFlag = 1U << 31;

    private readonly uint[] _units;

    public DoubleArrayTrie(ReadOnlySpan<byte> bytes)
    {
        _units = new uint[bytes.Length / sizeof(uint)];
        for (int unit = 0; unit < _units.Length; unit++)
        {
            _units[unit] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) * unit)..]);
        }
    }

    /// <summary>Returns all values that a search can find, in any order.</summary>
    public IEnumerable<int> Values()
    {
        for (uint place = 0; place < _units.Length; place++)
        {
            if ((_units[place] & LeafFlag) == 0 && ValueAt(place) is int value and >= 0)
            {
                yield return value;
            }
        }
    }

    /// <summary>Finds the longest key with which the text begins.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The value of the key.</param>
    /// <returns>The number of bytes of the key; 0 if there is none.</returns>
    public int LongestPrefix(ReadOnlySpan<byte> text, out int value)
    {
        value = -1;
        int longest = 0;
        uint place = 0;
        for (int length = 0; length < text.Length && place < _units.Length; length++)
        {
            place ^= Offset(_units[place]) ^ text[length];
            if (place >= _units.Length || (_units[place] & (LeafFlag | 0xff)) != text[length])
            {
                break;
            }

            if (ValueAt(place) is int found and >= 0)
            {
                (longest, value) = (length + 1, found);
            }
        }

        return longest;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1U << 9)) >> 6);

    // -1 where no key ends.
    private int ValueAt(uint place)
    {
        uint unit = _units[place];
        uint leaf = place ^ Offset(unit);
        return (unit & (1U << 8)) != 0 && leaf < _units.Length ? (int)(_units[leaf] & ~LeafFlag) : -1;
    }
}
