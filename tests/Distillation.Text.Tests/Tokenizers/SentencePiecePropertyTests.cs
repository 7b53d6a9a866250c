using System.Text;
using CsCheck;

namespace Distillation.Text.Tests.Tokenizers;

public sealed class SentencePiecePropertyTests
{
    private static readonly string[] Parts =
        ["the", "model", "token", "3.", " ", "  ", "▁", "\u3000", "e\u0301", "ﬁ", "\ud83d", "😀", "日", "\0", "— ", "S", "ing"];

    // Characters of all kinds, halves of surrogate pairs among them, and those that the models know.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String,
        Gen.Int[0, Parts.Length - 1].Array[0, 20].Select(parts => string.Concat(parts.Select(part => Parts[part]))));

    public static TheoryData<string> Models => SentencePieceFixtures.All;

    [Theory]
    [MemberData(nameof(Models))]
    public void Ids_of_any_text_are_those_of_the_vocabulary_without_padding(string model)
    {
        var encoder = new SentencePieceEncoder(SentencePieceFixtures.Model(model));

        Texts.ForAll(text => encoder.Encode(text).All(id => id >= 0 && id < encoder.Size && id != encoder.PadId), iter: 2000);
    }

    [Fact]
    public void Pieces_make_up_the_text_when_there_are_bytes_for_what_is_unknown()
    {
        byte[] model = SentencePieceFixtures.Model(SentencePieceFixtures.Bpe);
        var encoder = new SentencePieceEncoder(model);
        byte[][] pieces =
            [.. new SentencePieceModelFile(model).Pieces.Select(piece => piece.Kind == SentencePieceKind.Byte ? [ByteOf(piece)] : piece.Bytes)];

        Texts.ForAll(text => Encoding.UTF8.GetString([.. encoder.Encode(text).SelectMany(id => pieces[id])]) == Marked(text), iter: 2000);

        // A model without rules changes white space only.
        static string Marked(string text)
        {
            string whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return ("▁" + string.Join('▁', whole.Split(' ', StringSplitOptions.RemoveEmptyEntries))).TrimEnd('▁');
        }

        static byte ByteOf(SentencePiece piece) => Convert.ToByte(Encoding.ASCII.GetString(piece.Bytes)[3..5], fromBase: 16);
    }

    [Fact]
    public void Truncation_keeps_the_beginning_and_is_reported()
    {
        using var directory = new TempDirectory();
        string file = Path.Combine(directory.Path, "tokenizer.model");
        File.WriteAllBytes(file, SentencePieceFixtures.Model(SentencePieceFixtures.Unigram));
        var tokenizer = VocabularyTokenizer.SentencePiece(file);

        Gen.Select(Texts, Gen.Int[1, 12]).ForAll(
            (text, length) =>
            {
                TokenizedText all = tokenizer.Encode(text, int.MaxValue - 1);
                TokenizedText some = tokenizer.Encode(text, length);
                return !all.IsTruncated && some.Ids.SequenceEqual(all.Ids.Take(length)) && some.IsTruncated == all.Ids.Length > length;
            },
            iter: 2000);
    }
}
