namespace Distillation.Text.Tests.Data;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Lines_become_texts_with_labels_of_any_simple_type()
    {
        string path = Write("""{"text":"a\nb","label":"x"}""", "", """{"label":3,"text":"c","more":[1]}""", """{"text":"d","label":true}""");

        JsonLines.ReadLabeled(path).Should().Equal(new LabeledText("a\nb", "x"), new("c", "3"), new("d", "true"));
        JsonLines.ReadTexts(path).Should().Equal("a\nb", "c", "d");
        JsonLines.ReadLabeled(path, textName: "label", labelName: "text").First().Should().Be(new LabeledText("x", "a\nb"));
    }

    [Theory]
    [InlineData("""{"text":"b"}""", "*Line 2*'label'*")]
    [InlineData("""["b"]""", "*Line 2*'text'*")]
    [InlineData("""{"text":"b","label":null}""", "*Line 2*'label'*")]
    [InlineData("""{"text":"b" """, "*Line 2*not JSON*")]
    public void Line_that_is_wrong_is_named(string line, string message)
    {
        string path = Write("""{"text":"a","label":"x"}""", line);

        Action read = () => JsonLines.ReadLabeled(path).ToArray();

        read.Should().Throw<InvalidDataException>().WithMessage(message);
        JsonLines.ReadLabeled(path).First().Text.Should().Be("a", "lines are read as they are enumerated");
    }

    private string Write(params string[] lines)
    {
        string path = Path.Combine(_directory.Path, "texts.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
