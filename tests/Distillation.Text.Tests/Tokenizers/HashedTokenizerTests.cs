namespace Distillation.Text.Tests.Tokenizers;

public sealed class HashedTokenizerTests
{
    [Fact]
    public void Ids_are_those_of_the_formula()
    {
        // Computed by hand in Python: 1 + FNV-1a over UTF-16 code units, lower byte first, mod 4096.
        new HashedTokenizer().Encode("Hello, world! -- NAÏVE", 10).Should().BeEquivalentTo(new { Ids = new[] { 3832, 2792, 2495 }, IsTruncated = false });
    }

    [Fact]
    public void Sequences_of_words_follow_the_word_with_which_they_begin()
    {
        var tokenizer = new HashedTokenizer(new HashedTokenizerOptions { Buckets = 100, WordNGrams = 3 });

        tokenizer.Encode("a b, c", 10).Ids.Should().Equal(1, 43, 38, 52, 61, 35);
    }

    [Fact]
    public void Sequences_of_characters_have_the_borders_of_the_word()
    {
        var tokenizer = new HashedTokenizer(new HashedTokenizerOptions { Buckets = 1000, WordNGrams = 0, MinCharacterNGram = 2, MaxCharacterNGram = 3 });

        tokenizer.Encode("ab", 10).Ids.Should().Equal(469, 975, 703, 239, 800);
        tokenizer.Encode(" ab\t", 10).Ids.Should().Equal(tokenizer.Encode("ab", 10).Ids);
    }

    [Theory]
    [InlineData("Ελλάδα και", 2)]
    [InlineData("हिन्दी में", 2)]
    [InlineData("日本語", 1)]
    [InlineData("don't", 2)]
    [InlineData("𝒳 𝒴", 2)]
    [InlineData("?! — 😀", 0)]
    [InlineData("", 0)]
    public void Words_are_runs_of_letters_marks_and_digits_in_any_script(string text, int words) =>
        new HashedTokenizer().Encode(text, 10).Ids.Where(id => id is >= 1 and <= 4096).Should().HaveCount(words);

    [Fact]
    public void Case_matters_only_when_it_is_kept()
    {
        var kept = new HashedTokenizer(new HashedTokenizerOptions { LowerCase = false });

        kept.Encode("Word", 4).Ids.Should().NotEqual(kept.Encode("word", 4).Ids);
        new HashedTokenizer().Encode("Word", 4).Ids.Should().Equal(new HashedTokenizer().Encode("word", 4).Ids);
    }

    [Fact]
    public void End_of_a_long_text_is_left_out_and_that_is_reported()
    {
        var tokenizer = new HashedTokenizer(new HashedTokenizerOptions { MaxCharacterNGram = 4 });
        TokenizedText whole = tokenizer.Encode("one two three", 1000);

        tokenizer.Encode("one two three", 5).Should().BeEquivalentTo(new { Ids = whole.Ids.Take(5).ToArray(), IsTruncated = true });
        tokenizer.Encode("one two three", whole.Ids.Length).IsTruncated.Should().BeFalse();
    }

    [Fact]
    public void Features_that_do_not_fit_together_are_refused()
    {
        Action none = () => _ = new HashedTokenizer(new HashedTokenizerOptions { WordNGrams = 0 });
        Action order = () => _ = new HashedTokenizer(new HashedTokenizerOptions { MinCharacterNGram = 5, MaxCharacterNGram = 3 });
        Action buckets = () => _ = new HashedTokenizerOptions { Buckets = 1 };

        none.Should().Throw<ArgumentException>().WithMessage("*both are 0*");
        order.Should().Throw<ArgumentException>().WithMessage("*at least MinCharacterNGram, 5, but is 3*");
        buckets.Should().Throw<ArgumentOutOfRangeException>();
    }
}
