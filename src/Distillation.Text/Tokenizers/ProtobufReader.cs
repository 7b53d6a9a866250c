using System.Buffers.Binary;

namespace Distillation.Text;

/// <summary>Reads the fields of one message in the wire format of Protocol Buffers, one after the other.</summary>
/// <remarks>Nothing outside of the message is read: lengths are compared with what is left of it.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int LongestVarint = 10;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The ways in which values are written.</summary>
    public enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Gets the number of the field that is read.</summary>
    public int Field { get; private set; }

    /// <summary>Gets the way in which the value of the field is written.</summary>
    public WireType Type { get; private set; }

    /// <summary>Goes to the next field, whose value must be read or skipped then.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="InvalidDataException">The tag is broken.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint();
        if (tag is < 8 or > uint.MaxValue || (tag & 7) is not (0 or 1 or 2 or 5))
        {
            throw new InvalidDataException($"A field of the file has the tag {tag}, which is not that of a number, a string or a message.");
        }

        (Field, Type) = ((int)(tag >> 3), (WireType)(tag & 7));
        return true;
    }

    /// <summary>Reads an integer, a Boolean value or an enumeration value.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or the number is too long.</exception>
    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int place = 0; place < LongestVarint; place++)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << (7 * place);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException($"A number of the file has more than {LongestVarint} bytes.");
    }

    /// <summary>Reads a string, bytes or a message.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadVarint());

    /// <summary>Reads a number of single precision.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    /// <summary>Leaves out the value of the field.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Bytes:
                ReadBytes();
                break;
            default:
                Take(Type == WireType.Fixed32 ? 4U : 8U);
                break;
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new InvalidDataException($"The file is cut short: a field needs {length} bytes, but {_rest.Length} are left.");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
