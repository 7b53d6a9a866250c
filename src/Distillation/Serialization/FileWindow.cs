using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Reads a part of a file from front to back, a little at a time.</summary>
internal sealed class FileWindow(SafeFileHandle file, long begin, long end, string path, MemoryBudget budget)
{
    // Names of classes and functions are shorter.
    private const int LongestLine = 256;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[4096];
    private long _bufferBegin;
    private int _buffered;

    /// <summary>Where in the file the next byte is.</summary>
    public long Position { get; private set; } = begin;

    public long Left => end - Position;

    public bool AtEnd => Left == 0;

    public byte Byte() => Bytes(1)[0];

    /// <summary>The next bytes, not more than 4096; they are there until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        Have(count);
        if (Position < _bufferBegin || Position + count > _bufferBegin + _buffered)
        {
            _bufferBegin = Position;
            _buffered = (int)Math.Min(_buffer.Length, Left);
            WholeRead.Fill(file, _buffer.AsSpan(0, _buffered), Position, path);
        }

        int at = (int)(Position - _bufferBegin);
        Position += count;
        return _buffer.AsSpan(at, count);
    }

    public void Skip(long count)
    {
        Have(count);
        Position += count;
    }

    /// <summary>So many bytes of text in UTF-8.</summary>
    public string Text(long count)
    {
        Have(count);
        budget.Spend(3 * count); // the bytes, and two for each letter
        if (count > Array.MaxLength / 4)
        {
            throw new InvalidDataException($"'{path}' is refused: it has a text of {count} bytes at byte {Position}.");
        }

        try
        {
            if (count <= _buffer.Length)
            {
                return Strict.GetString(Bytes((int)count));
            }

            byte[] bytes = new byte[count];
            WholeRead.Fill(file, bytes, Position, path);
            Position += count;
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"'{path}' is damaged: the text that ends at byte {Position} is not in UTF-8.", exception);
        }
    }

    /// <summary>A text that ends with its line.</summary>
    public string Line()
    {
        var line = new StringBuilder();
        for (char letter = (char)Byte(); letter != '\n'; letter = (char)Byte())
        {
            if (line.Append(letter).Length > LongestLine)
            {
                throw new InvalidDataException($"'{path}' is damaged: the name before byte {Position} has more than {LongestLine} letters.");
            }
        }

        return line.ToString();
    }

    private void Have(long count)
    {
        if (count < 0 || count > Left)
        {
            throw new InvalidDataException($"'{path}' is truncated or damaged: at byte {Position} there must be {(ulong)count} bytes more, but there are {Left}.");
        }
    }
}
