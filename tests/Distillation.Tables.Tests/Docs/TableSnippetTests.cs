using Distillation.Losses;
using Distillation.SmallData;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tables.Tests.Docs;

/// <summary>The pieces of C# in the page on images and tables, and in the readme of the package.</summary>
public sealed class TableSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TempDirectory _directory = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public TableSnippetTests()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Fixtures", "customers.csv"), Path.Combine(_directory.Path, "customers.csv"));
        Directory.SetCurrentDirectory(_directory.Path);
    }

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        _directory.Dispose();
    }

    [Fact]
    public void File_of_rows_becomes_a_search_for_a_recipe()
    {
        RecipeSearchOptions search = new() { Folds = 2, Training = RecipeSearchOptions.DefaultTraining with { Steps = 5 } };

        TableData table = TableData.FromCsv("customers.csv");
        (TableData trainRows, TableData testRows) = table.SplitRows(0.8, stratifyBy: "label");
        var encoding = new TableEncoderOptions { Target = TableTarget.Class("label"), Ignored = ["id"], MinCategoryCount = 3 };
        TableEncoder encoder = TableEncoder.Fit(trainRows, encoding);
        Console.WriteLine(encoder.Describe());

        using TensorData train = encoder.Transform(trainRows), test = encoder.Transform(testRows);
        Func<Module<Tensor, Tensor>> network = () => Sequential(Linear(encoder.Features.Count, 32), ReLU(), Linear(32, encoder.ClassNames.Count));
        using var samples = new LabeledSamples(train);
        RecipeSearchResult found = new RecipeSearch(network, Recipes.ForTables(), search).Run(samples);
        Console.WriteLine(found.Describe());
        encoder.Save("table.json");

        var generator = new TableColumns(new GaussianNoise(), [.. encoder.Features.Select(feature => (ColumnKind)feature.Kind)]);

        generator.Kinds.Should().HaveCount(encoder.Features.Count);
        test.Count.Should().Be(testRows.RowCount);
        TableEncoder.Load("table.json").Features.Should().Equal(encoder.Features);
    }

    [Fact]
    public void Row_at_run_time_is_encoded_as_in_training()
    {
        TableData all = TableData.FromCsv("customers.csv");
        TableEncoder.Fit(all, new() { Target = TableTarget.Class("label"), Ignored = ["id", "constant"] }).Save("table.json");

        TableEncoder encoder = TableEncoder.Load("table.json");
        var row = new TableData(
            TableColumn.OfNumbers("age", [44]), TableColumn.OfNumbers("income", [51_000]),
            TableColumn.OfCategories("city", ["Bern"]), TableColumn.OfCategories("plan", [null]));
        Tensor inputs = encoder.TransformInputs(row);

        inputs.shape.Should().Equal(1, encoder.Features.Count);
    }

    [Fact]
    public void First_table_of_the_readme_trains_a_network()
    {
        File.WriteAllText("flowers.csv", "length,color,kind\n5.1,red,a\n4.9,,a\n6.2,blue,b\n,blue,b\n5.0,red,a\n6.6,blue,b\n");
        TableData table = TableData.FromCsv("flowers.csv");
        (TableData trainRows, TableData testRows) = table.SplitRows(0.7, stratifyBy: "kind");
        TableEncoder encoder = TableEncoder.Fit(trainRows, new TableEncoderOptions { Target = TableTarget.Class("kind") });
        using TensorData train = encoder.Transform(trainRows), test = encoder.Transform(testRows);

        using var network = Sequential(Linear(encoder.Features.Count, 16), ReLU(), Linear(16, encoder.ClassNames.Count));
        TrainingResult result = new SupervisedTrainer(Student.From(network), new HardLabelLoss(), new TrainerOptions { Epochs = 50 }).Fit(train, test);
        encoder.Save("flowers.json");

        result.Status.Should().Be(TrainingStatus.Completed);
    }

    [Fact]
    public void Kinds_of_features_are_those_of_small_data() =>
        Enum.GetValues<EncodedFeatureKind>().Select(kind => ((ColumnKind)kind).ToString()).Should().Equal(Enum.GetNames<EncodedFeatureKind>());
}
