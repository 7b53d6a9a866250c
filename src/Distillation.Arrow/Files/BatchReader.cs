namespace Distillation.Arrow;

/// <summary>Walks through the nodes and buffers of a record batch, in the order of the schema.</summary>
internal sealed class BatchReader(MappedFile file, FlatTable batch, long body, long bodyLength, int number)
{
    private const int PairBytes = 16;

    private readonly FlatBytes _bytes = batch.Bytes;
    private readonly FlatVector _nodes = batch.Elements(1, PairBytes);
    private readonly FlatVector _buffers = batch.Elements(2, PairBytes);
    private int _node;
    private int _buffer;

    public ArrowBatch Read(StoreLayout layout, ArrowField[] fields, int start, int left)
    {
        long rows = batch.Value<long>(0);
        if (rows < 0 || rows > left)
        {
            throw Damaged($"has {rows} rows, and the file has {left} more");
        }

        if (batch.Has(3))
        {
            throw Damaged("is compressed, and must not be: values are read where they stand");
        }

        long[] values = [.. Enumerable.Repeat(-1L, layout.Columns.Count)];
        long present = -1;
        foreach (ArrowField field in fields)
        {
            Column column = layout.Columns[field.Column];
            long presence = Node(column, rows, exact: true, column.Optional);
            present = column.Optional ? presence : present;
            long elements = rows * column.Elements;
            if (field.IsList)
            {
                Node(column, elements, exact: false, mayLack: false);
            }

            values[field.Column] = Buffer(column, elements * field.Type.Bytes());
        }

        return new(start, (int)rows, values, present);
    }

    // Returns the place of the bits that mark the values that are there, or -1 where all are.
    private long Node(Column column, long length, bool exact, bool mayLack)
    {
        long node = Next(_nodes, ref _node, column);
        (long stated, long nulls) = (_bytes.Get<long>(node), _bytes.Get<long>(node + 8));
        if (stated < length || (exact && stated != length))
        {
            throw Damaged($"has {stated} values where column '{column.Name}' needs {length}");
        }

        if (nulls != 0 && !mayLack)
        {
            throw Damaged($"lacks {nulls} values of column '{column.Name}', which must have all");
        }

        return Buffer(column, nulls == 0 ? 0 : (length + 7) / 8) is var place && nulls != 0 ? place : -1;
    }

    private long Buffer(Column column, long needed)
    {
        long buffer = Next(_buffers, ref _buffer, column);
        (long offset, long length) = (_bytes.Get<long>(buffer), _bytes.Get<long>(buffer + 8));
        return offset >= 0 && length >= needed && offset <= bodyLength && length <= bodyLength - offset
            ? body + offset
            : throw Damaged($"should have {needed} bytes of column '{column.Name}', but has {length} from {offset} on, of {bodyLength}");
    }

    private long Next(FlatVector places, ref int next, Column column) =>
        next < places.Count ? places[next++] : throw Damaged($"ends before column '{column.Name}'");

    private InvalidDataException Damaged(string what) => file.Damaged($"record batch {number} {what}");
}
