using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Distillation.Text;

/// <summary>Brings texts to the form whose pieces were learned: rules that replace characters, and white space.</summary>
internal sealed class SentencePieceNormalizer
{
    private readonly SentencePieceModelFile _file;
    private readonly PieceTrie _userDefined;
    private readonly DoubleArrayTrie _rules = new([]);
    private readonly byte[] _replacements = [];

    /// <param name="file">The model file.</param>
    /// <param name="userDefined">The pieces that no rule changes.</param>
    /// <exception cref="InvalidDataException">The rules of the file are broken.</exception>
    public SentencePieceNormalizer(SentencePieceModelFile file, PieceTrie userDefined)
    {
        (_file, _userDefined) = (file, userDefined);
        ReadOnlySpan<byte> map = file.CharsMap;
        if (map.IsEmpty)
        {
            return;
        }

        uint size = map.Length > sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(map) : uint.MaxValue;
        if (size > map.Length - sizeof(uint))
        {
            throw new InvalidDataException($"The rules of normalization are cut short: they have {map.Length} bytes, and a trie of {size} should be in them.");
        }

        _rules = new DoubleArrayTrie(map.Slice(sizeof(uint), (int)size));
        _replacements = map[(sizeof(uint) + (int)size)..].ToArray();
        foreach (int start in _rules.Values())
        {
            if (start >= _replacements.Length)
            {
                throw new InvalidDataException(
                    $"A rule of normalization has its replacement at {start}, but the {_replacements.Length} bytes of all end before.");
            }
        }
    }

    private ReadOnlySpan<byte> Space => _file.EscapesWhitespaces ? "▁"u8 : " "u8;

    /// <summary>Returns a text in normal form, in UTF-8; nothing if there is only white space where that is left out.</summary>
    /// <param name="text">The text; half of a surrogate pair becomes U+FFFD.</param>
    public byte[] Normalize(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        while (_file.RemovesExtraWhitespaces && Prefix(rest, out int length) is [(byte)' '])
        {
            rest = rest[length..];
        }

        if (rest.IsEmpty)
        {
            return [];
        }

        var normal = new List<byte>(rest.Length + (2 * Space.Length));
        if (_file.AddsDummyPrefix && !_file.TreatsWhitespaceAsSuffix)
        {
            normal.AddRange(Space);
        }

        bool afterSpace = _file.RemovesExtraWhitespaces;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> prefix = Prefix(rest, out int length);
            rest = rest[length..];
            prefix = afterSpace ? prefix.TrimStart((byte)' ') : prefix;
            if (!prefix.IsEmpty)
            {
                Append(normal, prefix);
                afterSpace = _file.RemovesExtraWhitespaces && prefix[^1] == ' ';
            }
        }

        while (_file.RemovesExtraWhitespaces && CollectionsMarshal.AsSpan(normal).EndsWith(Space))
        {
            normal.RemoveRange(normal.Count - Space.Length, Space.Length);
        }

        if (_file.AddsDummyPrefix && _file.TreatsWhitespaceAsSuffix)
        {
            normal.AddRange(Space);
        }

        return [.. normal];
    }

    private void Append(List<byte> normal, ReadOnlySpan<byte> prefix)
    {
        foreach (byte next in prefix)
        {
            if (next == ' ')
            {
                normal.AddRange(Space);
            }
            else
            {
                normal.Add(next);
            }
        }
    }

    // What becomes of the first bytes of a text, and how many they are: a piece as it is, the longest rule, or one character.
    private ReadOnlySpan<byte> Prefix(ReadOnlySpan<byte> text, out int length)
    {
        length = _userDefined.LongestPrefix(text);
        if (length > 0)
        {
            return text[..length];
        }

        length = _rules.LongestPrefix(text, out int start);
        if (length > 0)
        {
            ReadOnlySpan<byte> replacement = _replacements.AsSpan(start);
            int end = replacement.IndexOf((byte)0);
            return end < 0 ? replacement : replacement[..end];
        }

        // A rule may have taken the beginning of a character away.
        bool broken = Rune.DecodeFromUtf8(text, out _, out length) != System.Buffers.OperationStatus.Done;
        length = broken ? Math.Min(1, text.Length) : length;
        return broken && length > 0 ? "\ufffd"u8 : text[..length];
    }
}
