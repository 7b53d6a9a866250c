using System.IO.Compression;

namespace Distillation.Text.Tests.Tokenizers;

/// <summary>The models that <c>make_sentencepiece.py</c> trains.</summary>
internal static class SentencePieceFixtures
{
    public const string Unigram = "unigram";
    public const string Bpe = "bpe";
    public const string Suffix = "suffix";

    public static TheoryData<string> All => [Unigram, Bpe, Suffix];

    public static byte[] Model(string name)
    {
        using FileStream file = File.OpenRead(PathOf($"sentencepiece-{name}.model.gz"));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var model = new MemoryStream();
        unpacked.CopyTo(model);
        return model.ToArray();
    }

    public static string[] Digests(string name) => File.ReadAllLines(PathOf($"sentencepiece-{name}-digests.txt"));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Fixtures", file);
}
