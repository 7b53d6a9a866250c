using Distillation.Text;
using Distillation.Text.Tests.Pretrained;

namespace Distillation.Benchmarks.Text;

/// <summary>The sentence encoder all-MiniLM-L6-v2, of 22.7 million weights.</summary>
internal static class MiniLm
{
    /// <summary>Computes the vectors of texts [N, 384], of length 1.</summary>
    public static float[][] Embed(IReadOnlyList<string> texts)
    {
        using var files = new MiniLmFiles();
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer);
        return embedder.Embed(texts);
    }
}
