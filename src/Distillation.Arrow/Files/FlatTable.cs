namespace Distillation.Arrow;

/// <summary>A table of the FlatBuffers format: fields by number, each of which may be missing.</summary>
internal readonly struct FlatTable(FlatBytes bytes, long position)
{
    public FlatBytes Bytes => bytes;

    public bool Has(int field) => Place(field) != 0;

    public T Value<T>(int field, T missing = default)
        where T : unmanaged => Place(field) is var place and not 0 ? bytes.Get<T>(place) : missing;

    public FlatTable? Table(int field) => Place(field) is var place and not 0 ? bytes.Table(place) : null;

    /// <summary>The bytes of a text in UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int field) => Place(field) is var place and not 0 ? bytes.Text(place) : [];

    /// <summary>A vector whose elements have a given number of bytes.</summary>
    public FlatVector Elements(int field, int size)
    {
        if (Place(field) is var place && place == 0)
        {
            return default;
        }

        long start = bytes.Follow(place);
        var elements = new FlatVector(start + sizeof(uint), bytes.Get<uint>(start), size);
        _ = bytes.Slice(elements.Start, elements.Count * size);
        return elements;
    }

    /// <summary>A vector of the places of tables.</summary>
    public FlatVector Tables(int field) => Elements(field, sizeof(uint));

    private long Place(int field)
    {
        long names = position - bytes.Get<int>(position);
        int at = 4 + (2 * field);
        ushort offset = at + 2 <= bytes.Get<ushort>(names) ? bytes.Get<ushort>(names + at) : (ushort)0;
        return offset == 0 ? 0 : position + offset;
    }
}
