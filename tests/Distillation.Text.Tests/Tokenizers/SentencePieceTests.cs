namespace Distillation.Text.Tests.Tokenizers;

public sealed class SentencePieceTests
{
    private const byte Bpe = 2;

    [Fact]
    public void Unigram_takes_the_pieces_of_the_largest_sum_of_scores()
    {
        // ▁ab + c: -5; ▁a + bc: -4; the piece of the whole word: -6.
        SentencePieceEncoder encoder = new MadeSentencePieceModel().WithUnknown()
            .With("▁ab", -2).With("c", -3).With("▁a", -1).With("bc", -3).With("▁abc", -6).ToEncoder();

        encoder.Encode("abc").Should().Equal(3, 4);
    }

    [Theory]
    [InlineData("éè", new[] { 1, 0 })]
    [InlineData("éaè", new[] { 1, 0, 2, 0 })]
    [InlineData("é è", new[] { 1, 0, 1, 0 })]
    [InlineData("日本", new[] { 1, 0 })]
    public void Neighboring_unknown_characters_have_one_id(string text, int[] ids)
    {
        SentencePieceEncoder unigram = new MadeSentencePieceModel().WithUnknown().With("▁", -1).With("a", -1).ToEncoder();
        SentencePieceEncoder bpe = new MadeSentencePieceModel { ModelType = Bpe }.WithUnknown().With("▁", -1).With("a", -1).ToEncoder();

        unigram.Encode(text).Should().Equal(ids);
        bpe.Encode(text).Should().Equal(ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Bpe)]
    public void Unknown_characters_become_their_bytes_when_the_model_has_bytes(byte type)
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { ModelType = type, HasByteFallback = true }
            .WithBytes().WithUnknown().With("▁", -1).ToEncoder();

        encoder.Encode("éa").Should().Equal(257, 0xc3, 0xa9, 0x61);
        encoder.Encode("\ud800").Should().Equal(257, 0xef, 0xbf, 0xbd);
    }

    [Fact]
    public void Bpe_merges_the_pair_of_the_largest_score_first_and_the_left_one_of_equals()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { ModelType = Bpe }.WithUnknown()
            .With("▁").With("a").With("b").With("ab", -1).With("ba", -1).With("bb", -0.5f).With("aba", -2).ToEncoder();

        encoder.Encode("aba").Should().Equal(1, 7);
        encoder.Encode("baba").Should().Equal(1, 5, 5);
        encoder.Encode("abba").Should().Equal(1, 2, 6, 2);
    }

    [Fact]
    public void Bpe_cuts_unused_pieces_where_they_were_merged()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { ModelType = Bpe }.WithUnknown()
            .With("▁").With("a").With("b").With("c")
            .With("ab", -1, SentencePieceKind.Unused).With("abc", -2, SentencePieceKind.Unused).With("abca", -3).ToEncoder();

        encoder.Encode("abca").Should().Equal(1, 7);
        encoder.Encode("abc").Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void Unigram_does_not_use_unused_pieces()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel().WithUnknown()
            .With("▁", -1).With("a", -1).With("aa", -1, SentencePieceKind.Unused).ToEncoder();

        encoder.Encode("aa").Should().Equal(1, 2, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Bpe)]
    public void Symbols_of_the_user_are_never_cut(byte type)
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { ModelType = type }.WithUnknown()
            .With("▁", -1).With("a", -1).With("b", -1).With("▁a", -0.5f).With("ba", -0.5f).With("ab", 0, SentencePieceKind.UserDefined).ToEncoder();

        encoder.Encode("abab").Should().Equal(1, 6, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Bpe)]
    public void Control_pieces_in_a_text_are_text(byte type)
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { ModelType = type }.WithUnknown()
            .With("<s>", kind: SentencePieceKind.Control).With("▁", -1).With("<", -1).With("s", -1).With(">", -1).ToEncoder();

        encoder.Encode("<s>").Should().Equal(2, 3, 4, 5);
    }

    [Fact]
    public void White_space_is_reduced_to_one_mark_before_each_word()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel().WithUnknown().With("▁", -1).With("a", -1).ToEncoder();

        encoder.Encode("  a   a ").Should().Equal(1, 2, 1, 2);
        encoder.Encode("   ").Should().BeEmpty();
        encoder.Encode("").Should().BeEmpty();
    }

    [Fact]
    public void White_space_is_kept_when_the_model_does_not_remove_it()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { RemovesExtraWhitespaces = false }.WithUnknown()
            .With("▁", -1).With("a", -1).ToEncoder();

        encoder.Encode(" a  a ").Should().Equal(1, 1, 2, 1, 1, 2, 1);
        encoder.Encode(" ").Should().Equal(1, 1);
    }

    [Fact]
    public void Mark_of_white_space_comes_last_when_it_is_a_suffix_and_not_at_all_without_a_dummy()
    {
        SentencePieceEncoder suffix = new MadeSentencePieceModel { TreatsWhitespaceAsSuffix = true }.WithUnknown()
            .With("▁", -1).With("a", -1).With("a▁", -1).ToEncoder();
        SentencePieceEncoder none = new MadeSentencePieceModel { AddsDummyPrefix = false }.WithUnknown().With("▁", -1).With("a", -1).ToEncoder();

        suffix.Encode("aa a").Should().Equal(2, 3, 3);
        none.Encode("a a").Should().Equal(2, 1, 2);
    }

    [Fact]
    public void Spaces_stay_spaces_when_the_model_does_not_escape_them()
    {
        SentencePieceEncoder encoder = new MadeSentencePieceModel { EscapesWhitespaces = false }.WithUnknown().With(" ", -1).With("a", -1).ToEncoder();

        encoder.Encode(" a a ").Should().Equal(1, 2, 1, 2);
    }
}
