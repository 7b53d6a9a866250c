using System.Buffers.Binary;

namespace Distillation.Text.Tests.Tokenizers;

public sealed class SentencePieceFileTests
{
    private static readonly string[] Texts = ["", "The teacher trains  a model…", "naïve ﬁne 20 e\u0301 — 日本 \ud800", "DISTILLATION token 3.14"];

    public static TheoryData<string> SmallModels => [SentencePieceFixtures.Bpe, SentencePieceFixtures.Suffix];

    [Theory]
    [MemberData(nameof(SmallModels))]
    public void File_that_is_cut_short_is_refused_or_works(string name)
    {
        byte[] model = SentencePieceFixtures.Model(name);

        for (int length = 0; length < model.Length; length += 5)
        {
            RefusesOrWorks(model.AsSpan(0, length), $"the first {length} bytes");
        }
    }

    [Theory]
    [MemberData(nameof(SmallModels))]
    public void File_with_wrong_bytes_is_refused_or_works(string name)
    {
        byte[] model = SentencePieceFixtures.Model(name);
        var random = new Random(7);

        for (int trial = 0; trial < 3000; trial++)
        {
            // Half of the bytes are at the end, where the settings and rules are.
            byte[] changed = [.. model];
            int count = 1 + (trial % 3);
            for (int change = 0; change < count; change++)
            {
                int place = random.Next(trial % 2 == 0 ? 0 : model.Length - 1500, model.Length);
                changed[place] = (byte)random.Next(256);
            }

            RefusesOrWorks(changed, $"trial {trial}");
        }
    }

    [Fact]
    public void File_that_ends_within_a_piece_is_refused()
    {
        byte[] model = new MadeSentencePieceModel().WithUnknown().With("a").ToArray();

        Refusal(model[..12]).Should().Contain("cut short");
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "more than 10 bytes")]
    [InlineData(new byte[] { 0x00, 0x00 }, "tag 0")]
    [InlineData(new byte[] { 0x0b }, "tag 11")]
    [InlineData(new byte[] { 0x0a, 0xff, 0xff, 0xff, 0xff, 0x07 }, "cut short: a field needs 2147483647 bytes")]
    public void File_of_another_form_is_refused(byte[] file, string message) => Refusal(file).Should().Contain(message);

    [Fact]
    public void Model_without_the_pieces_that_texts_need_is_refused()
    {
        Refusal([]).Should().Contain("one piece for unknown characters, but has 0");
        Refusal(new MadeSentencePieceModel().WithUnknown().With("⁇", kind: SentencePieceKind.Unknown).ToArray()).Should().Contain("but has 2");
        Refusal(new MadeSentencePieceModel().WithUnknown().ToArray()).Should().Contain("none of its 1 pieces");
        Refusal(new MadeSentencePieceModel().WithUnknown().With("a").With("b").With("a").ToArray()).Should().Contain("id 3, 'a'");
        Refusal(new MadeSentencePieceModel().WithUnknown().With("").ToArray()).Should().Contain("id 1, ''");
        Refusal(new MadeSentencePieceModel { HasByteFallback = true }.WithUnknown().With("a").With("<0x00>", kind: SentencePieceKind.Byte).ToArray())
            .Should().Contain("none for 0x01");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void Model_of_words_or_characters_is_refused(byte type) =>
        Refusal(new MadeSentencePieceModel { ModelType = type }.WithUnknown().With("a").ToArray()).Should().Contain($"type {type}");

    [Fact]
    public void Rules_that_lead_out_of_the_file_are_refused()
    {
        // A trie of two units: at the first a key ends, whose value is in the second.
        byte[] rules = new byte[13];
        BinaryPrimitives.WriteUInt32LittleEndian(rules, 8);
        BinaryPrimitives.WriteUInt32LittleEndian(rules.AsSpan(4), (1U << 10) | (1U << 8));
        BinaryPrimitives.WriteUInt32LittleEndian(rules.AsSpan(8), (1U << 31) | 700);

        Refusal(With(rules)).Should().Contain("replacement at 700");
        Refusal(With(rules[..11])).Should().Contain("trie of 8");
        Refusal(With([1, 2, 3])).Should().Contain("have 3 bytes");

        static byte[] With(byte[] rules) => new MadeSentencePieceModel { CharsMap = rules }.WithUnknown().With("a").ToArray();
    }

    [Fact]
    public void Rules_that_go_around_in_circles_end_with_the_text()
    {
        // The only unit leads to itself, by the byte of the letter a.
        byte[] rules = new byte[9];
        BinaryPrimitives.WriteUInt32LittleEndian(rules, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(rules.AsSpan(4), ((uint)'a' << 10) | 'a');

        SentencePieceEncoder encoder = new MadeSentencePieceModel { CharsMap = rules }.WithUnknown().With("▁", -1).With("a", -1).ToEncoder();

        encoder.Encode("aaa").Should().Equal(1, 2, 2, 2);
    }

    [Fact]
    public void Tokenizer_of_a_broken_file_is_refused()
    {
        using var directory = new TempDirectory();
        string file = Path.Combine(directory.Path, "spiece.model");
        File.WriteAllText(file, "no model");

        Action read = () => VocabularyTokenizer.SentencePiece(file);

        read.Should().Throw<InvalidDataException>();
    }

    private static string Refusal(byte[] file)
    {
        Action read = () => _ = new SentencePieceEncoder(file);
        return read.Should().Throw<InvalidDataException>().Which.Message;
    }

    private static void RefusesOrWorks(ReadOnlySpan<byte> file, string what)
    {
        SentencePieceEncoder encoder;
        try
        {
            encoder = new SentencePieceEncoder(file);
        }
        catch (InvalidDataException)
        {
            return;
        }

        foreach (string text in Texts)
        {
            encoder.Encode(text).All(id => id >= 0 && id < encoder.Size && id != encoder.PadId).Should().BeTrue(what);
        }
    }
}
