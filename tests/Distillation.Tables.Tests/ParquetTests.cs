using Parquet;
using Parquet.Schema;

namespace Distillation.Tables.Tests;

public sealed class ParquetTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "table.parquet");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Columns_of_all_row_groups_are_read_by_their_types()
    {
        DataField[] fields =
        [
            new DataField<double>("d"), new DataField<float>("f", nullable: true), new DataField<int>("i"), new DataField<long>("l", nullable: true),
            new DataField<bool>("b", nullable: true), new DataField("s", typeof(string)), new DataField<DateTime>("t"),
        ];
        await Write(fields, groups: 2, async (group, part) =>
        {
            await group.WriteAsync<double>(fields[0], new[] { 0.5 + part, 1e300 });
            await group.WriteAsync<float>(fields[1], new float?[] { null, 2.5f });
            await group.WriteAsync<int>(fields[2], new[] { -7, part });
            await group.WriteAsync<long>(fields[3], new long?[] { 1L << 40, null });
            await group.WriteAsync<bool>(fields[4], new bool?[] { true, null });
            await group.WriteAsync(fields[5], (string[])["ü", null!]);
            await group.WriteAsync<DateTime>(fields[6], new[] { DateTime.UnixEpoch, DateTime.UnixEpoch });
        });

        TableData table = TableData.FromParquet(File);

        table.RowCount.Should().Be(4);
        table.Columns.Select(column => column.Kind).Should().Equal(
            TableColumnKind.Number, TableColumnKind.Number, TableColumnKind.Number, TableColumnKind.Number, TableColumnKind.Boolean, TableColumnKind.Category,
            TableColumnKind.Date);
        table.Column("d").Numbers.Should().Equal(0.5, 1e300, 1.5, 1e300);
        table.Column("f").Numbers.Should().Equal(double.NaN, 2.5, double.NaN, 2.5);
        table.Column("i").Numbers.Should().Equal(-7, 0, -7, 1);
        table.Column("l").Numbers.Should().Equal(1L << 40, double.NaN, 1L << 40, double.NaN);
        table.Column("b").Numbers.Should().Equal(1, double.NaN, 1, double.NaN);
        table.Column("s").Names.Should().Equal("ü", null, "ü", null);
    }

    [Fact]
    public async Task What_is_no_table_is_refused_with_the_column()
    {
        DataField[] infinite = [new DataField<double>("d")];
        await Write(infinite, groups: 1, async (group, _) => await group.WriteAsync<double>(infinite[0], new[] { 1, double.PositiveInfinity }));
        FluentActions.Invoking(() => TableData.FromParquet(File)).Should().Throw<InvalidDataException>().WithMessage("Column 'd'*row 2 is infinite*");

        DataField[] bytes = [new DataField("x", typeof(byte[]))];
        await Write(bytes, groups: 1, async (group, _) => await group.WriteAsync(bytes[0], (byte[][])[[1], [2]]));
        FluentActions.Invoking(() => TableData.FromParquet(File)).Should().Throw<InvalidDataException>().WithMessage("Column 'x'*is of bytes*");

        await Write(infinite, groups: 0, (_, _) => Task.CompletedTask);
        FluentActions.Invoking(() => TableData.FromParquet(File)).Should().Throw<InvalidDataException>().WithMessage("*at least one row*");
    }

    [Fact]
    public async Task Damaged_files_are_tables_or_refused_and_nothing_else()
    {
        DataField[] fields = [new DataField<double>("d"), new DataField("s", typeof(string))];
        await Write(fields, groups: 1, async (group, _) =>
        {
            await group.WriteAsync<double>(fields[0], new[] { 1.0, 2 });
            await group.WriteAsync(fields[1], (string[])["a", "b"]);
        });
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File);
        int refused = 0;
        for (int length = 0; length < whole.Length; length += 20)
        {
            using var stream = new MemoryStream(whole[..length]);
            FluentActions.Invoking(() => TableData.FromParquet(stream)).Should().Throw<InvalidDataException>($"of {length} bytes");
            refused++;
        }

        refused.Should().BeGreaterThan(5);
        FluentActions.Invoking(() => TableData.FromParquet(Path.Combine(_directory.Path, "none"))).Should().Throw<FileNotFoundException>();
    }

    private async Task Write(DataField[] fields, int groups, Func<ParquetRowGroupWriter, int, Task> write)
    {
        using var stream = new MemoryStream();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. fields.Cast<Field>()]), stream))
        {
            for (int part = 0; part < groups; part++)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await write(group, part);
            }
        }

        await System.IO.File.WriteAllBytesAsync(File, stream.ToArray());
    }
}
