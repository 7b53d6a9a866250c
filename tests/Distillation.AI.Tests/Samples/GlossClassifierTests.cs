using Distillation.Text;
using GlossClassifier;

namespace Distillation.AI.Tests.Samples;

public sealed class GlossClassifierTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-gloss-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Recorded_answers_cover_all_texts_so_that_nothing_is_sent()
    {
        using var client = new RecordedClient();
        using var ledger = new AnswerLedger(Recording.Unpack(_directory.FullName));
        LabeledText[] test = Glosses.Test;
        string[] texts = [.. Glosses.Unlabeled, .. test.Select(text => text.Text)];

        LabeledTexts labels = await new ChatLabeler(client, GlossTask.Task, GlossTask.RecordedOptions, ledger).LabelAsync(texts);

        labels.Answered.Should().HaveCount(6000);
        labels.Spending.Requests.Should().Be(0);
        labels.Probabilities.Should().OnlyContain(row => Math.Abs(row.Sum() - 1) < 1e-3);
        test.Index().Count(text => labels.LabelOf(4500 + text.Index) == text.Item.Label).Should().BeGreaterThan(1100, "of 1500");
    }

    [Fact]
    public void Data_are_disjoint_and_have_twenty_labeled_texts_of_each_label()
    {
        LabeledText[] labeled = Glosses.Labeled;

        labeled.GroupBy(text => text.Label).Should().HaveCount(10).And.OnlyContain(group => group.Count() == 20);
        labeled.Concat(Glosses.Test).Select(text => text.Text).Concat(Glosses.Unlabeled).Should().OnlyHaveUniqueItems();
        Glosses.Test.Select(text => text.Label).Distinct().Should().BeEquivalentTo(GlossTask.Task.Names);
    }

    [Theory]
    [InlineData("--texts", "3")]
    [InlineData("--teacher")]
    [InlineData("--steps", "0")]
    [InlineData("--oracle", "x")]
    public void Arguments_that_make_no_sense_are_refused(params string[] args)
    {
        Action parse = () => Arguments.Parse(args);

        parse.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Teacher_needs_the_key_of_its_service()
    {
        Action unknown = () => ChatClients.Create("oracle", "m");

        unknown.Should().Throw<ArgumentException>().WithMessage("*'oracle'*");
        Arguments.Parse(["out", "--teacher", "ollama", "--model", "qwen3"]).Should().Be(new Arguments("out", "ollama", "qwen3", 300, 1200));
    }
}
