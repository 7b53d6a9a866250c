using System.Runtime.InteropServices;

namespace Distillation.Arrow;

/// <summary>Where a sample's outputs are.</summary>
/// <param name="Source">The source, by its number.</param>
/// <param name="Row">The row in it.</param>
internal readonly record struct Location(int Source, int Row);

/// <summary>Brings the rows of some samples together in tensors, in the current dispose scope.</summary>
internal sealed class RowGather(IReadOnlyList<IRowSource> sources, Location[] rows, StoreLayout layout)
{
    public int Count => rows.Length;

    /// <summary>Values as they stand, [N, ...].</summary>
    public Tensor AsStored(int column, long[] shape)
    {
        Tensor tensor = Empty(column, shape, layout.Columns[column].Type.Torch());
        Span<byte> target = tensor.bytes;
        int width = layout.Columns[column].RowBytes;
        for (int i = 0; i < rows.Length; i++)
        {
            sources[rows[i].Source].Copy(column, rows[i].Row, target.Slice(i * width, width));
        }

        return tensor;
    }

    /// <summary>Floating point numbers of either type, [N, ...] float32.</summary>
    public Tensor AsFloat32(int column, long[] shape)
    {
        Tensor tensor = Empty(column, shape, torch.ScalarType.Float32);
        Span<float> target = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        int elements = layout.Columns[column].Elements;
        byte[] row = new byte[elements * sizeof(float)];
        for (int i = 0; i < rows.Length; i++)
        {
            Numbers.Widen(Row(column, i, row), sources[rows[i].Source].TypeOf(column), target.Slice(i * elements, elements));
        }

        return tensor;
    }

    /// <summary>Classes of any type of integer, [N, ...] int64.</summary>
    public Tensor AsClasses(int column, long[] shape)
    {
        Tensor tensor = Empty(column, shape, torch.ScalarType.Int64);
        Span<long> target = MemoryMarshal.Cast<byte, long>(tensor.bytes);
        int elements = layout.Columns[column].Elements;
        byte[] row = new byte[elements * sizeof(long)];
        for (int i = 0; i < rows.Length; i++)
        {
            IRowSource source = sources[rows[i].Source];
            Span<long> classes = target.Slice(i * elements, elements);
            Numbers.Widen(Row(column, i, row), source.TypeOf(column), classes);
            foreach (long label in classes)
            {
                if (label < 0 || label >= layout.Manifest.Classes)
                {
                    throw ((Shard)source)
                        .Damaged($"row {rows[i].Row} of column '{layout.Columns[column].Name}' has class {label}, and there are {layout.Manifest.Classes}");
                }
            }
        }

        return tensor;
    }

    private ReadOnlySpan<byte> Row(int column, int i, byte[] room)
    {
        IRowSource source = sources[rows[i].Source];
        Span<byte> row = room.AsSpan(0, layout.Columns[column].Elements * source.TypeOf(column).Bytes());
        source.Copy(column, rows[i].Row, row);
        return row;
    }

    private Tensor Empty(int column, long[] shape, torch.ScalarType type)
    {
        long bytes = (long)rows.Length * layout.Columns[column].Elements * type.ElementSize();
        return bytes <= int.MaxValue
            ? torch.empty([rows.Length, .. shape], type)
            : throw new ArgumentException(
                $"{rows.Length} samples at once take {bytes} bytes of '{layout.Columns[column].Name}'; a read gives at most {int.MaxValue}.");
    }
}
