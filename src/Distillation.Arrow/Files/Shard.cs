using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Distillation.Arrow;

/// <summary>A shard on disk, mapped into memory.</summary>
internal sealed class Shard : IRowSource, IDisposable
{
    private readonly MappedFile _file;
    private readonly ShardDescription _description;
    private readonly ElementType[] _types;
    private readonly int[] _rowBytes;
    private readonly ArrowBatch[] _batches;
    private readonly int[] _ends;

    public Shard(string folder, ShardName name, StoreLayout layout)
    {
        Name = name;
        _description = StoredJson.Read(name.In(folder, ShardName.Description), StoreJson.Default.ShardDescription);
        if (_description.Rows < 0)
        {
            throw new InvalidDataException($"'{name.In(folder, ShardName.Description)}' announces {_description.Rows} rows.");
        }

        _file = new(name.In(folder, ShardName.Data), _description.Bytes);
        try
        {
            (ArrowField[] fields, _batches) = ArrowFile.Read(_file, layout, _description.Rows);
            _types = [.. layout.Columns.Select(column => column.Type)];
            foreach (ArrowField field in fields)
            {
                _types[field.Column] = field.Type;
            }

            _rowBytes = [.. layout.Columns.Select((column, index) => column.Elements * _types[index].Bytes())];
            _ends = [.. _batches.Select(batch => batch.Start + batch.Rows)];
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public ShardName Name { get; }

    public int Rows => _description.Rows;

    public void Dispose() => _file.Dispose();

    public ElementType TypeOf(int column) => _types[column];

    public void Copy(int column, int row, Span<byte> target)
    {
        ArrowBatch batch = BatchOf(row);
        _file.Copy(batch.Values[column] + ((long)(row - batch.Start) * _rowBytes[column]), target);
    }

    public ulong? Digest(int row)
    {
        ArrowBatch batch = BatchOf(row);
        int inside = row - batch.Start;
        if (batch.DigestsPresent >= 0)
        {
            Span<byte> bits = stackalloc byte[1];
            _file.Copy(batch.DigestsPresent + (inside / 8), bits);
            if ((bits[0] >> (inside % 8) & 1) == 0)
            {
                return null;
            }
        }

        if (batch.Values[StoreLayout.Digest] < 0)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[sizeof(ulong)];
        Copy(StoreLayout.Digest, row, digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    /// <summary>The samples of all rows, in their order.</summary>
    public long[] Samples(long count)
    {
        long[] samples = new long[Rows];
        byte[] values = new byte[_rowBytes[StoreLayout.Sample]];
        for (int row = 0; row < Rows; row++)
        {
            Copy(StoreLayout.Sample, row, values);
            Numbers.Widen(values, _types[StoreLayout.Sample], samples.AsSpan(row, 1));
        }

        int outside = Array.FindIndex(samples, sample => sample < 0 || sample >= count);
        return outside < 0 ? samples : throw _file.Damaged($"column 'sample' has {samples[outside]}, and the store is for the numbers in [0, {count})");
    }

    public InvalidDataException Damaged(string what) => _file.Damaged(what);

    /// <summary>Reads the whole file and compares its SHA-256.</summary>
    public void Verify()
    {
        using FileStream stream = File.OpenRead(_file.Path);
        string actual = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (!string.Equals(actual, _description.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw _file.Damaged($"its SHA-256 is {actual}, but it was written with {_description.Sha256}");
        }
    }

    private ArrowBatch BatchOf(int row)
    {
        // The first batch that ends behind the row; batches without rows end where the one before ends.
        int low = 0;
        int high = _ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _ends[middle] > row ? (low, middle) : (middle + 1, high);
        }

        return _batches[low];
    }
}
