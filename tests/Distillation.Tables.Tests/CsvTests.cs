using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Distillation.Tables.Tests;

public sealed class CsvTests
{
    [Fact]
    public void Columns_have_the_kind_that_all_their_values_have()
    {
        TableData table = Read("n,b,d,c,e\n1,true,2020-01-31,a,-1e-3\n,FALSE,2020-02-01T10:11,b,.5\n3.5,,NA,,7\n");

        table.Columns.Select(column => column.Kind).Should().Equal(
            TableColumnKind.Number, TableColumnKind.Boolean, TableColumnKind.Date, TableColumnKind.Category, TableColumnKind.Number);
        Texts(table, "n").Should().Equal("1", null, "3.5");
        Texts(table, "b").Should().Equal("true", "false", null);
        Texts(table, "c").Should().Equal("a", "b", null);
        Texts(table, "e").Should().Equal("-0.001", "0.5", "7");
        table.Describe().Should().Be(string.Join(
            Environment.NewLine, "3 rows", "  n: Number, 1 missing", "  b: Boolean, 1 missing", "  d: Date, 0 missing", "  c: Category, 1 missing, 2 names",
            "  e: Number, 0 missing"));
    }

    [Fact]
    public void Quotes_hold_commas_quotes_and_line_breaks()
    {
        TableData table = Read("\"a, b\",c\r\n\"x \"\"y\"\"\",\"1\n2\"\r\n\r\n\" z\",NA\r\n");

        Texts(table, "a, b").Should().Equal("x \"y\"", " z");
        Texts(table, "c").Should().Equal("1\n2", null);
    }

    [Fact]
    public void Culture_of_the_thread_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            german.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = german;

            Texts(Read("a;b\n1.5;x\n", new() { Delimiter = ';' }), "a").Should().Equal("1.5");
            Texts(Read("a;b\n1,5;x\n", new() { Delimiter = ';', DecimalSeparator = ',' }), "a").Should().Equal("1.5");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Stated_kinds_names_and_missing_values_are_kept()
    {
        var options = new CsvTableOptions
        {
            ColumnNames = ["zip", "mixed", "flag", "n"],
            Kinds = new Dictionary<string, TableColumnKind>
            {
                ["zip"] = TableColumnKind.Category,
                ["mixed"] = TableColumnKind.Category,
                ["flag"] = TableColumnKind.Boolean,
            },
            MissingValues = ["-"],
        };

        TableData table = Read("007,1,1,2\n-,NA,0,-\n", options);

        Texts(table, "zip").Should().Equal("007", null);
        Texts(table, "mixed").Should().Equal("1", "NA");
        Texts(table, "flag").Should().Equal("true", "false");
        Texts(table, "n").Should().Equal("2", null);
    }

    [Theory]
    [InlineData("", "*must have at least one column*")]
    [InlineData("a,b\n", "*at least one row*")]
    [InlineData("a,a\n1,2\n", "*'a' occurs twice*")]
    [InlineData("a,,c\n1,2,3\n", "*column 2 has none*")]
    [InlineData("a,b\n1,2\n3\n", "Row 2 of*must have 2 fields*has 1*")]
    [InlineData("a,b\n1,2\n3,4,5\n", "Row 2 of*has 3*")]
    [InlineData("a\n1\n\n2x\n", "Column 'a'*row 1 has the number '1' and row 2 the name '2x'*")]
    [InlineData("a\ntrue\n1\n", "Column 'a'*row 1 has the truth value 'true' and row 2 the number '1'*")]
    [InlineData("a\n2020-01-01\nsoon\n", "Column 'a'*date*'soon'*")]
    [InlineData("a\n1\nInfinity\n", "Column 'a'*row 2 the name 'Infinity'*")]
    [InlineData("a,b\n1,2\n\"3,4\n", "*no CSV file*")]
    [InlineData("a,b\n1,\"2\"x\n", "*no CSV file*")]
    [InlineData("a,b\n1,\n2,NA\n", "Column 'b' must have a value or a stated kind, but all 2 values are missing*")]
    public void What_is_no_table_is_refused_with_its_place(string csv, string message) =>
        FluentActions.Invoking(() => Read(csv)).Should().Throw<InvalidDataException>().WithMessage(message);

    [Fact]
    public void Values_that_are_not_of_the_stated_kind_are_refused_with_their_row()
    {
        FluentActions.Invoking(() => Read("a\n1\nx\n", Kind("a", TableColumnKind.Number)))
            .Should().Throw<InvalidDataException>().WithMessage("Column 'a' must have finite numbers, but row 2 has 'x'.");
        FluentActions.Invoking(() => Read("a\n1\n2\n", Kind("a", TableColumnKind.Boolean)))
            .Should().Throw<InvalidDataException>().WithMessage("Column 'a' must have true, false, 1 and 0 alone, but row 2 has '2'.");
        FluentActions.Invoking(() => Read("a\n1\n", Kind("b", TableColumnKind.Number)))
            .Should().Throw<ArgumentException>().WithMessage("*has no 'b': a*");
    }

    [Fact]
    public void Kind_can_be_changed_afterwards()
    {
        TableData table = Read("zip,flag,n\n3000,1,1.5\n,0,2\n");

        TableData changed = table.WithKind("zip", TableColumnKind.Category).WithKind("flag", TableColumnKind.Boolean);

        changed.Columns.Select(column => column.Kind).Should().Equal(TableColumnKind.Category, TableColumnKind.Boolean, TableColumnKind.Number);
        Texts(changed, "zip").Should().Equal("3000", null);
        Texts(changed.WithKind("zip", TableColumnKind.Number), "zip").Should().Equal("3000", null);
        FluentActions.Invoking(() => table.WithKind("n", TableColumnKind.Boolean)).Should().Throw<InvalidDataException>().WithMessage("*0 and 1 alone*1.5*");
        FluentActions.Invoking(() => table.WithKind("x", TableColumnKind.Boolean)).Should().Throw<ArgumentException>().WithMessage("*zip, flag, n*");
    }

    [Fact]
    public void Rows_are_cut_by_the_same_share_of_each_value()
    {
        TableData table = Read("id,c\n" + string.Concat(Enumerable.Range(0, 40).Select(row => $"{row},{(row % 4 == 0 ? "rare" : "")}x\n")));

        (TableData train, TableData heldOut) = table.SplitRows(0.75, stratifyBy: "c", seed: 1);

        train.RowCount.Should().Be(30);
        Texts(heldOut, "c").Count(name => name == "rarex").Should().Be(2);
        Texts(train, "id").Concat(Texts(heldOut, "id")).Should().BeEquivalentTo(Enumerable.Range(0, 40).Select(id => $"{id}"));
        FluentActions.Invoking(() => table.SplitRows(0.001)).Should().Throw<ArgumentException>().WithMessage("Both parts must have rows*");
    }

    [Fact]
    public void Hundred_thousand_rows_are_read_and_encoded()
    {
        const int Rows = 100_000;
        var text = new StringBuilder("a,b,c,d,e,y\n");
        var random = new Random(1);
        for (int row = 0; row < Rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{random.NextDouble()},{random.Next(1000)},{random.NextSingle()},");
            text.Append(CultureInfo.InvariantCulture, $"name{random.Next(20)},{random.Next(2) == 1},{row % 3}\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        var watch = Stopwatch.StartNew();
        TableData table = TableData.FromCsv(new MemoryStream(bytes), new());
        TimeSpan read = watch.Elapsed;
        using TensorData data = TableEncoder.Fit(table, new() { Target = TableTarget.Class("y") }).Transform(table);
        Console.WriteLine($"{bytes.Length} bytes: read in {read.TotalMilliseconds} ms, encoded in {(watch.Elapsed - read).TotalMilliseconds} ms.");

        data.Inputs.shape.Should().Equal(Rows, 3 + 21 + 1);
        data.Inputs.narrow(1, 3, 21).sum().item<float>().Should().Be(Rows);
    }

    private static CsvTableOptions Kind(string column, TableColumnKind kind) => new() { Kinds = new Dictionary<string, TableColumnKind> { [column] = kind } };

    private static TableData Read(string csv, CsvTableOptions? options = null) =>
        TableData.FromCsv(new MemoryStream(Encoding.UTF8.GetBytes(csv)), options ?? new());

    private static string?[] Texts(TableData table, string column) => [.. Enumerable.Range(0, table.RowCount).Select(table.Column(column).TextOf)];
}
