using System.Security.Cryptography;
using System.Text;

namespace Distillation.Text.Tests.Tokenizers;

public sealed class SentencePieceReferenceTests
{
    public static TheoryData<string> Models => SentencePieceFixtures.All;

    [Theory]
    [MemberData(nameof(Models))]
    public void Ids_of_texts_in_twenty_scripts_equal_those_of_the_reference(string model)
    {
        // The digests are of the ids that sentencepiece (C++) returns for the same texts and model.
        var encoder = new SentencePieceEncoder(SentencePieceFixtures.Model(model));

        IEnumerable<string> digests = ScriptTexts.Scripts.Select((script, number) =>
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long count = 0;
            foreach (string text in ScriptTexts.Of(number))
            {
                IReadOnlyList<int> ids = encoder.Encode(text);
                count += ids.Count;
                digest.AppendData(Encoding.ASCII.GetBytes(string.Join(' ', ids) + "\n"));
            }

            return $"{script.Script} {count} {Convert.ToHexStringLower(digest.GetHashAndReset())}";
        });

        digests.Should().Equal(SentencePieceFixtures.Digests(model));
    }

    [Fact]
    public void Padding_is_the_piece_of_the_model_and_otherwise_one_more_than_the_largest_id()
    {
        var with = new SentencePieceEncoder(SentencePieceFixtures.Model(SentencePieceFixtures.Unigram));
        var without = new SentencePieceEncoder(SentencePieceFixtures.Model(SentencePieceFixtures.Bpe));

        (with.PadId, with.Size).Should().Be((3, 800));
        (without.PadId, without.Size).Should().Be((1400, 1401));
    }

    [Fact]
    public void Tokenizer_that_is_saved_and_loaded_gives_the_same_ids()
    {
        using var directory = new TempDirectory();
        string file = Path.Combine(directory.Path, "spiece.model");
        File.WriteAllBytes(file, SentencePieceFixtures.Model(SentencePieceFixtures.Suffix));
        var tokenizer = VocabularyTokenizer.SentencePiece(file);
        tokenizer.Save(Path.Combine(directory.Path, "saved"));

        TextTokenizer loaded = TextTokenizer.Load(Path.Combine(directory.Path, "saved"));

        tokenizer.Encode("The teacher trains  a model…", 100).Ids.Should().NotBeEmpty()
            .And.Equal(loaded.Encode("The teacher trains  a model…", 100).Ids);
        (loaded.PadId, loaded.VocabularySize).Should().Be((tokenizer.PadId, tokenizer.VocabularySize));
    }
}
