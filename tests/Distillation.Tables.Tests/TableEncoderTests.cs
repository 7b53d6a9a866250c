using System.Text.Json;
using Distillation.Tests;

namespace Distillation.Tables.Tests;

public sealed class TableEncoderTests : IDisposable
{
    private const int TrainingRows = 40;

    private readonly TempDirectory _directory = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("mean", MissingNumbers.Mean, 1)]
    [InlineData("median_rare", MissingNumbers.Median, 5)]
    public void Features_and_classes_are_those_of_scikit_learn(string name, MissingNumbers missing, int minCount)
    {
        TableData all = TableData.FromCsv(Fixture("customers.csv"));
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllBytes(Fixture("encoded.json")));
        JsonElement root = reference.RootElement;

        TableEncoder encoder = TableEncoder.Fit(Training(all), Options() with { MissingNumbers = missing, MinCategoryCount = minCount });
        TensorData data = encoder.Transform(all);

        double[][] expected = [.. root.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetDouble()).ToArray())];
        float[] actual = data.Inputs.data<float>().ToArray();
        data.Inputs.shape.Should().Equal(60, expected[0].Length);
        actual.Zip(expected.SelectMany(row => row), (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(2e-6);
        data.Labels!.data<long>().ToArray().Should().Equal(root.GetProperty("labels").EnumerateArray().Select(id => id.GetInt64()));
        encoder.ClassNames.Should().Equal(root.GetProperty("classes").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public void Values_are_those_of_pandas()
    {
        TableData all = TableData.FromCsv(Fixture("customers.csv"));
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllBytes(Fixture("encoded.json")));

        all.Column("city").Names.Should().Equal(reference.RootElement.GetProperty("cities").EnumerateArray().Select(city => city.GetString()));
        all.Column("income").Numbers.Should().Equal(reference.RootElement.GetProperty("income").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Fact]
    public void Test_rows_change_nothing_that_is_fitted()
    {
        TableData all = TableData.FromCsv(Fixture("customers.csv"));
        TableEncoder encoder = TableEncoder.Fit(Training(all), Options());

        Tensor alone = encoder.TransformInputs(all.Subset([3, 45]));
        Tensor together = encoder.TransformInputs(all);

        alone.Equals(together.index_select(0, torch.tensor([3L, 45]))).Should().BeTrue();
    }

    [Fact]
    public void Features_are_named_with_their_kinds()
    {
        var table = new TableData(
            TableColumn.OfNumbers("count", [1, 2, double.NaN]),
            TableColumn.OfNumbers("size", [0.5, 1, 2]),
            TableColumn.OfCategories("city", ["b", null, "a"]),
            TableColumn.OfBooleans("flag", [true, null, false]));

        TableEncoder encoder = TableEncoder.Fit(table, new() { Standardize = false });

        encoder.Features.Select(feature => $"{feature.Name}: {feature.Kind}").Should().Equal(
            "count: Integer", "count is missing: Nominal", "size: Continuous", "city=a: Nominal", "city=b: Nominal", "city is missing: Nominal",
            "city=other: Nominal", "flag: Nominal", "flag is missing: Nominal");
        encoder.TransformInputs(table).data<float>().ToArray().Should().Equal(
            1, 0, 0.5f, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 0.5f, 1, 1.5f, 1, 2, 1, 0, 0, 0, 0, 0);
        encoder.Describe().Should().StartWith("9 features of 4 columns, no target");
    }

    [Fact]
    public void Targets_are_numbers_or_several_labels_or_classes_by_size()
    {
        var table = new TableData(
            TableColumn.OfNumbers("x", [1, 2, 3]),
            TableColumn.OfNumbers("price", [10, 9.5, 10]),
            TableColumn.OfBooleans("red", [true, false, true]),
            TableColumn.OfBooleans("big", [false, false, true]));

        TensorData numbers = TableEncoder.Fit(table, new() { Target = TableTarget.Numbers("price", "x") }).Transform(table);
        TensorData labels = TableEncoder.Fit(table, new() { Target = TableTarget.Labels("big", "red") }).Transform(table);
        TableEncoder classes = TableEncoder.Fit(table, new() { Target = TableTarget.Class("price") });

        numbers.Labels!.shape.Should().Equal(3, 2);
        numbers.Labels.data<float>().ToArray().Should().Equal(10, 1, 9.5f, 2, 10, 3);
        labels.Labels!.data<float>().ToArray().Should().Equal(0, 1, 0, 0, 1, 1);
        classes.ClassNames.Should().Equal("9.5", "10");
        classes.Transform(table).Labels!.data<long>().ToArray().Should().Equal(1, 0, 1);
    }

    [Fact]
    public void What_is_saved_makes_the_same_inputs_and_labels()
    {
        TableData all = TableData.FromCsv(Fixture("customers.csv"));
        TableEncoder encoder = TableEncoder.Fit(Training(all), Options() with { MinCategoryCount = 3 });
        string path = Path.Combine(_directory.Path, "model", "table.json");

        encoder.Save(path);
        TableEncoder loaded = TableEncoder.Load(path);

        loaded.Features.Should().Equal(encoder.Features);
        loaded.ClassNames.Should().Equal(encoder.ClassNames);
        loaded.Describe().Should().Be(encoder.Describe());
        loaded.Transform(all).Inputs.Equals(encoder.Transform(all).Inputs).Should().BeTrue();
        loaded.Transform(all).Labels!.Equals(encoder.Transform(all).Labels!).Should().BeTrue();
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\"format\"", "\"form\"")]
    [InlineData("\"version\": 1", "\"version\": 2")]
    [InlineData("\"deviation\": 1", "\"deviation\": 0")]
    [InlineData("\"Number\"", "\"Text\"")]
    [InlineData("\"names\"", "\"name\"")]
    [InlineData("\"Class\"", "\"Numbers\"")]
    public void Damaged_files_are_refused(string from, string to)
    {
        var table = new TableData(
            TableColumn.OfNumbers("n", [3, 3]), TableColumn.OfCategories("c", ["a", "b"]), TableColumn.OfCategories("y", ["p", "q"]));
        string path = Path.Combine(_directory.Path, "table.json");
        TableEncoder.Fit(table, new() { Target = TableTarget.Class("y") }).Save(path);
        string saved = File.ReadAllText(path);
        string damaged = from.Length == 0 ? saved[..(saved.Length / 2)] : saved.Replace(from, to, StringComparison.Ordinal);
        damaged.Should().NotBe(saved);
        File.WriteAllText(path, damaged);

        FluentActions.Invoking(() => TableEncoder.Load(path)).Should().Throw<InvalidDataException>().WithMessage("*table.json*");
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused_with_their_place()
    {
        var train = new TableData(TableColumn.OfNumbers("x", [1, 2]), TableColumn.OfCategories("y", ["a", "b"]));
        TableEncoder encoder = TableEncoder.Fit(train, new() { Target = TableTarget.Class("y"), MissingNumbers = MissingNumbers.Refuse });

        Transforming(TableColumn.OfNumbers("x", [1, 2]), TableColumn.OfCategories("y", ["a", "c"])).WithMessage("*classes a, b, but row 2 has 'c'*");
        Transforming(TableColumn.OfNumbers("x", [1, 2]), TableColumn.OfCategories("y", ["a", null])).WithMessage("*row 2 misses it*");
        Transforming(TableColumn.OfNumbers("x", [double.NaN, 2]), TableColumn.OfCategories("y", ["a", "b"])).WithMessage("Column 'x'*row 1 misses it*");
        Transforming(TableColumn.OfCategories("x", ["1", "2"]), TableColumn.OfCategories("y", ["a", "b"]))
            .WithMessage("*kind Number*is of kind Category*WithKind*");
        Transforming(TableColumn.OfNumbers("z", [1, 2]), TableColumn.OfCategories("y", ["a", "b"])).WithMessage("*must have a column 'x', but has z, y*");

        FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Transforming(params TableColumn[] columns) =>
            FluentActions.Invoking(() => encoder.Transform(new TableData(columns))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused_before_anything_is_fitted()
    {
        var table = new TableData(
            TableColumn.OfNumbers("x", [1, 2]), TableColumn.OfCategories("y", ["a", "b"]), TableColumn.OfNumbers("none", [double.NaN, double.NaN]));

        Fitting(new() { Target = TableTarget.Class("z") }).WithMessage("*'z', but has x, y, none*");
        Fitting(new() { Target = TableTarget.Numbers("y") }).WithMessage("*must have numbers, but is of kind Category*");
        Fitting(new() { Target = TableTarget.Labels("x") }).WithMessage("*must have truth values*");
        Fitting(new() { Ignored = ["w"] }).WithMessage("*'w'*");
        Fitting(new()).WithMessage("*'none' must have a value in the training rows*");
        Fitting(new() { Ignored = ["x", "none"], Target = TableTarget.Class("y") }).WithMessage("*must have a column that is a feature*");
        FluentActions.Invoking(() => TableTarget.Labels("a", "a")).Should().Throw<ArgumentException>().WithMessage("*distinct*");
        FluentActions.Invoking(() => TableTarget.Numbers()).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TableData(TableColumn.OfNumbers("a", [1]), TableColumn.OfNumbers("b", [1, 2]))).Should().Throw<ArgumentException>()
            .WithMessage("*a: 1, b: 2*");

        FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Fitting(TableEncoderOptions options) =>
            FluentActions.Invoking(() => TableEncoder.Fit(table, options)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Encoding_leaves_no_tensor_behind()
    {
        TableData all = TableData.FromCsv(Fixture("customers.csv"));

        Leak.None(() =>
        {
            using TensorData data = TableEncoder.Fit(Training(all), Options()).Transform(all);
        });
    }

    private static TableEncoderOptions Options() => new() { Target = TableTarget.Class("label"), Ignored = ["id"] };

    private static TableData Training(TableData all) => all.Subset(Enumerable.Range(0, TrainingRows).Select(row => (long)row));

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);
}
