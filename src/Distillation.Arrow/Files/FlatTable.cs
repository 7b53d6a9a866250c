namespace Distillation.Arrow;

/// <summary>A table of the FlatBuffers format: fields by number, each of which may be missing.</summary>
internal readonly struct FlatTable(FlatBytes bytes, long position)
{
    public FlatBytes Bytes => bytes;

    public bool Has(int field) => Place(field) != 0;

    public T Value<T>(int field, T missing = default)
        where T : unmanaged => Place(field) is var place and not 0 ? bytes.Get<T>(place) : missing;

    public FlatTable? Table(int field) => Place(field) is var place and not 0 ? new FlatTable(bytes, bytes.Follow(place)) : null;

    public string Text(int field) => Place(field) is var place and not 0 ? bytes.Text(place) : string.Empty;

    /// <summary>The places of a vector's elements, each of a given number of bytes.</summary>
    public long[] Elements(int field, int size)
    {
        if (Place(field) is var place && place == 0)
        {
            return [];
        }

        long start = bytes.Follow(place);
        long count = bytes.Get<uint>(start);
        bytes.Slice(start + sizeof(uint), count * size);
        long[] places = new long[count];
        for (int i = 0; i < count; i++)
        {
            places[i] = start + sizeof(uint) + ((long)i * size);
        }

        return places;
    }

    public FlatTable[] Tables(int field)
    {
        FlatBytes source = bytes;
        return [.. Elements(field, sizeof(uint)).Select(place => new FlatTable(source, source.Follow(place)))];
    }

    private long Place(int field)
    {
        long names = position - bytes.Get<int>(position);
        int at = 4 + (2 * field);
        ushort offset = at + 2 <= bytes.Get<ushort>(names) ? bytes.Get<ushort>(names + at) : (ushort)0;
        return offset == 0 ? 0 : position + offset;
    }
}
