using System.Text.Json;

namespace Distillation.Reports.Tests;

public sealed class JsonTests
{
    [Fact]
    public void Curves_have_all_epochs_with_all_digits()
    {
        TrainingResult result = Example.Result(epochs: 1000);
        JsonElement loss = Blocks(Report.Of(new() { Result = result }), "Curves")[0].GetProperty("series")[0];

        loss.GetProperty("name").GetString().Should().Be("loss");
        loss.GetProperty("y").EnumerateArray().Select(number => number.GetDouble()).Should().Equal(result.History.Select(report => report.Loss));
        loss.GetProperty("x").EnumerateArray().Select(number => number.GetDouble()).Should().Equal(Enumerable.Range(1, 1000).Select(epoch => (double)epoch));
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_their_names()
    {
        TrainingResult result = Example.Result(
            epochs: 3, loss: epoch => epoch == 1 ? double.NaN : epoch == 2 ? double.PositiveInfinity : double.NegativeInfinity, isValidated: false);

        Blocks(Report.Of(new() { Result = result }), "Curves")[0].GetProperty("series")[0].GetProperty("y").EnumerateArray()
            .Select(number => number.GetString()).Should().Equal("NaN", "Infinity", "-Infinity");
    }

    [Fact]
    public void Tables_have_numbers_as_numbers()
    {
        JsonElement rows = Blocks(Report.Of(Example.Full()), "Costs")[0].GetProperty("rows");

        rows[0].EnumerateArray().Select(cell => cell.ValueKind).Should()
            .Equal(JsonValueKind.String, JsonValueKind.Number, JsonValueKind.Number, JsonValueKind.Number);
        rows[0][1].GetInt64().Should().Be(1_234_567);
        rows[0][3].GetDouble().Should().Be(1_234_567 / 101_770.0);
    }

    [Fact]
    public void Confusion_matrix_is_whole()
    {
        TrainingRun run = Example.Full();
        JsonElement map = Blocks(Report.Of(run), "Classes")[0];

        map.GetProperty("kind").GetString().Should().Be("heat map");
        map.GetProperty("columns").EnumerateArray().Select(name => name.GetString()).Should().Equal(run.ClassNames);
        map.GetProperty("values")[0].EnumerateArray().Select(cell => cell.GetInt64())
            .Should().Equal(Enumerable.Range(0, 10).Select(predicted => run.Evaluation!.Confusion![0, predicted]));
    }

    private static JsonElement Blocks(Report report, string section) => JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("sections")
        .EnumerateArray().Single(one => one.GetProperty("title").GetString() == section).GetProperty("blocks");
}
