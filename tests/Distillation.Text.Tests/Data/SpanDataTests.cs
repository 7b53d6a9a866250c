namespace Distillation.Text.Tests.Data;

public sealed class SpanDataTests : IDisposable
{
    private static readonly string[] Labels = ["person", "date"];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TempDirectory _directory = new();
    private readonly HashedTokenizer _words = new(new HashedTokenizerOptions { LowerCase = false });

    public void Dispose()
    {
        _directory.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Words_of_spans_have_tags_and_padding_is_left_out()
    {
        AnnotatedText[] texts = [new("Ada Stone left on May 5.", [new(18, 5, "date"), new(0, 9, "person")]), new("Bob", [new(0, 3, "person")])];

        TextData data = TextData.FromSpans(texts, Labels, _words);

        Batch batch = data.Read(torch.arange(2));
        data.LabelNames.Should().Equal("O", "B-person", "I-person", "B-date", "I-date");
        batch.Labels!.shape.Should().Equal(2, 6);
        batch.Labels.data<long>().Should().Equal(1, 2, 0, 0, 3, 4, 1, -100, -100, -100, -100, -100);
        batch.Inputs.shape.Should().Equal(2, 6);
    }

    [Fact]
    public void First_token_of_a_word_has_its_tag_alone()
    {
        string vocabulary = Path.Combine(_directory.Path, "vocab.txt");
        File.WriteAllText(vocabulary, string.Join('\n', "[PAD]", "[UNK]", "[CLS]", "[SEP]", "ada", "st", "##one", "left", ".") + "\n");

        TextData data = TextData.FromSpans([new("Ada Stone left.", [new(0, 9, "person")])], Labels, VocabularyTokenizer.WordPiece(vocabulary));

        Batch batch = data.Read(torch.arange(1));
        batch.Inputs.data<long>().Should().Equal(2, 4, 5, 6, 7, 8, 3);
        batch.Labels!.data<long>().Should().Equal(-100, 1, 2, -100, 0, 0, -100);
    }

    [Fact]
    public void Byte_level_words_have_the_space_before_them()
    {
        string vocabulary = Path.Combine(_directory.Path, "vocab.json");
        File.WriteAllText(vocabulary, """{"l":0,"o":1,"w":2,"e":3,"r":4,"Ġ":5,"lo":6,"low":7,"er":8,"Ġlow":9,"<pad>":10}""");
        File.WriteAllText(Path.Combine(_directory.Path, "merges.txt"), "#version: 0.2\nl o\nlo w\ne r\nĠ low\n");
        var tokenizer = VocabularyTokenizer.ByteLevelBpe(vocabulary, Path.Combine(_directory.Path, "merges.txt"));

        TokenizedWords words = tokenizer.EncodeWords(["low", "lower"], 9);

        words.Ids.Should().Equal(9, 9, 8);
        words.Words.Should().Equal(0, 1, 1);
    }

    [Theory]
    [InlineData(1, 4, "person", "*begin and end with words*")]
    [InlineData(0, 8, "person", "*begin and end with words*")]
    [InlineData(0, 0, "person", "*begin and end with words*")]
    [InlineData(4, 5, "place", "*among person, date*'place'*")]
    public void Span_is_refused_when_it_is_not_one_of_whole_words_with_a_label(int start, int length, string label, string message)
    {
        Action create = () => TextData.FromSpans([new("Ada Stone left.", [new(start, length, label)])], Labels, _words);

        create.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Spans_that_overlap_are_refused()
    {
        Action create = () => TextData.FromSpans([new("Ada Stone", [new(0, 9, "person"), new(4, 5, "date")])], Labels, _words);

        create.Should().Throw<ArgumentException>().WithMessage("*not overlap*[4, 9) 'date'*");
    }

    [Fact]
    public void Text_is_truncated_with_its_tags()
    {
        TextData data = TextData.FromSpans([new("one two Ada Stone", [new(8, 9, "person")])], Labels, _words, maxTokens: 3);

        data.TruncatedCount.Should().Be(1);
        data.Read(torch.arange(1)).Labels!.data<long>().Should().Equal(0, 0, 1);
    }

    [Fact]
    public void Tags_of_words_become_spans()
    {
        AnnotatedText text = AnnotatedText.FromTags(
            ["Ada", "Stone", "met", "Bob", "Ray", "May", "5"], ["B-person", "I-person", "O", "B-person", "B-person", "I-date", "I-date"]);

        text.Text.Should().Be("Ada Stone met Bob Ray May 5");
        text.Spans.Should().Equal(new(0, 9, "person"), new(14, 3, "person"), new(18, 3, "person"), new TextSpan(22, 5, "date"));
    }

    [Theory]
    [InlineData("B-")]
    [InlineData("X-person")]
    [InlineData("")]
    public void Tag_of_another_form_is_refused(string tag)
    {
        Action create = () => AnnotatedText.FromTags(["Ada"], [tag]);

        create.Should().Throw<ArgumentException>().WithMessage($"*but is '{tag}'*");
    }
}
