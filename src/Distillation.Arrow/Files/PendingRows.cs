using System.Buffers;
using System.Buffers.Binary;

namespace Distillation.Arrow;

/// <summary>Rows that are not yet on disk.</summary>
internal sealed class PendingRows(IReadOnlyList<Column> columns) : IRowSource
{
    private readonly ArrayBufferWriter<byte>[] _values = [.. columns.Select(_ => new ArrayBufferWriter<byte>())];

    public int Count => _values[StoreLayout.Digest].WrittenCount / sizeof(ulong);

    public ElementType TypeOf(int column) => columns[column].Type;

    public void Append(int column, ReadOnlySpan<byte> values) => _values[column].Write(values);

    public void Append(long sample, ulong digest)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sample);
        Append(StoreLayout.Sample, bytes[..columns[StoreLayout.Sample].RowBytes]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, digest);
        Append(StoreLayout.Digest, bytes);
    }

    public ReadOnlyMemory<byte> Values(int column, int row, int rows) =>
        _values[column].WrittenMemory.Slice(row * columns[column].RowBytes, rows * columns[column].RowBytes);

    public void Copy(int column, int row, Span<byte> target) => Values(column, row, 1).Span.CopyTo(target);

    public ulong? Digest(int row) => BinaryPrimitives.ReadUInt64LittleEndian(Values(StoreLayout.Digest, row, 1).Span);

    public void Clear()
    {
        foreach (ArrayBufferWriter<byte> values in _values)
        {
            values.ResetWrittenCount();
        }
    }
}
