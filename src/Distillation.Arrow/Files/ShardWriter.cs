using System.Security.Cryptography;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Distillation.Serialization;

namespace Distillation.Arrow;

/// <summary>Writes rows as a shard: first the file, then what stands beside it.</summary>
internal static class ShardWriter
{
    public static ShardName Write(string folder, StoreLayout layout, PendingRows rows, int rowsPerBatch)
    {
        ShardName name = ShardName.Next(folder);
        Schema schema = SchemaOf(layout);
        ShardDescription? description = null;
        AtomicFile.Create(name.In(folder, ShardName.Data), stream =>
        {
            using (var writer = new ArrowFileWriter(stream, schema, leaveOpen: true))
            {
                for (int start = 0; start < rows.Count; start += rowsPerBatch)
                {
                    int count = Math.Min(rowsPerBatch, rows.Count - start);
                    using var batch = new RecordBatch(
                        schema, layout.Columns.Select((column, index) => ArrayOf(column, rows.Values(index, start, count), count)), count);
                    writer.WriteRecordBatch(batch);
                }

                writer.WriteEnd();
            }

            stream.Position = 0;
            description = new(rows.Count, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
        });
        string beside = name.In(folder, ShardName.Description);
        try
        {
            StoredJson.Write(beside, description!, StoreJson.Default.ShardDescription);
            return name;
        }
        catch when (!File.Exists(beside))
        {
            File.Delete(name.In(folder, ShardName.Data));
            throw;
        }
    }

    private static Schema SchemaOf(StoreLayout layout) => new(
        layout.Columns.Select(column => new Field(column.Name, TypeOf(column), column.Optional)),
        new Dictionary<string, string>
        {
            [ArrowSchema.FingerprintKey] = layout.Manifest.Fingerprint,
            [ArrowSchema.ShapeKey] = Manifest.ShapeText(layout.Manifest.Shape),
        });

    private static IArrowType TypeOf(Column column) =>
        column.Elements == 1 ? column.Type.Arrow() : new FixedSizeListType(new Field("item", column.Type.Arrow(), nullable: false), column.Elements);

    private static IArrowArray ArrayOf(Column column, ReadOnlyMemory<byte> values, int rows)
    {
        var numbers = new ArrayData(column.Type.Arrow(), rows * column.Elements, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(values)]);
        return ArrowArrayFactory.BuildArray(column.Elements == 1 ? numbers : new ArrayData(TypeOf(column), rows, 0, 0, [ArrowBuffer.Empty], [numbers]));
    }
}
