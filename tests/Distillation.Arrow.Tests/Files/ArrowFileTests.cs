using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace Distillation.Arrow.Tests.Files;

/// <summary>Files as another program may write them.</summary>
public sealed class ArrowFileTests : IDisposable
{
    private const int Rows = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static (string Name, IArrowArray Values) Samples => ("sample", new Int32Array.Builder().Append(2).Append(0).Append(1).Build());
    private static (string Name, IArrowArray Values) Logits => ("logits", new FloatArray.Builder().Append(1).Append(2).Append(3).Build());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Plain_columns_in_any_order_are_read()
    {
        Write([Logits, Samples]);

        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder, null);

        using var scope = torch.NewDisposeScope();
        store.Read(torch.tensor([0L, 1L, 2L]), FeatureSet.None).Logits.data<float>().ToArray().Should().Equal(2, 3, 1);
    }

    [Fact]
    public void Column_that_the_store_does_not_have_is_refused() => Refuses("'note'*sample, input_digest, logits", [Samples, Logits, ("note", Logits.Values)]);

    [Fact]
    public void Column_that_is_missing_is_refused() => Refuses("'logits'*0 times", [Samples]);

    [Fact]
    public void Column_that_comes_twice_is_refused() => Refuses("'logits'*2 times", [Samples, Logits, Logits]);

    [Fact]
    public void More_columns_than_the_store_has_are_refused() => Refuses("has 4 columns", [Samples, Logits, Logits, Logits]);

    [Fact]
    public void Column_of_another_type_is_refused() =>
        Refuses("'logits' must be float32, but is something else", [Samples, ("logits", new DoubleArray.Builder().Append(1).Append(2).Append(3).Build())]);

    [Fact]
    public void Null_is_refused() =>
        Refuses("lacks 1 values of column 'logits'", [Samples, ("logits", new FloatArray.Builder().Append(1).AppendNull().Append(3).Build())]);

    [Fact]
    public void Null_inside_of_a_list_of_digests_is_refused()
    {
        var digests = new FixedSizeListArray.Builder(UInt64Type.Default, 1);
        var values = (UInt64Array.Builder)digests.ValueBuilder;
        for (int row = 0; row < Rows; row++)
        {
            digests.Append();
            _ = row == 1 ? values.AppendNull() : values.Append(7);
        }

        Refuses("lacks 1 values of column 'input_digest'", [Samples, Logits, ("input_digest", digests.Build())]);
    }

    [Fact]
    public void Dictionary_is_refused() =>
        Refuses(
            "dictionar",
            [
                Samples,
                ("logits", new DictionaryArray(new DictionaryType(Int32Type.Default, FloatType.Default, ordered: false), Samples.Values, Logits.Values)),
            ]);

    [Fact]
    public void Fingerprint_of_another_store_is_refused() =>
        Refuses("distillation.fingerprint is 'yours'*'mine'", [Samples, Logits], new() { ["distillation.fingerprint"] = "yours" });

    private void Refuses(string message, (string Name, IArrowArray Values)[] columns, Dictionary<string, string>? metadata = null)
    {
        Write(columns, metadata);

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder, null)).Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
    }

    private void Write((string Name, IArrowArray Values)[] columns, Dictionary<string, string>? metadata = null)
    {
        var schema = new Schema(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: true)), metadata);
        string path = Path.Combine(_folder, "part-0.arrow");
        using (FileStream stream = File.Create(path))
        using (var writer = new ArrowFileWriter(stream, schema))
        using (var batch = new RecordBatch(schema, columns.Select(column => column.Values), Rows))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        File.WriteAllText(
            Path.ChangeExtension(path, ".json"), JsonSerializer.Serialize(new { rows = Rows, bytes = new FileInfo(path).Length, sha256 = "unknown" }));
        File.WriteAllText(
            Path.Combine(_folder, "manifest.json"), """{"schema":1,"fingerprint":"mine","count":3,"representation":"dense_float32","shape":[],"classes":1}""");
    }
}
