using TorchSharp.Modules;

namespace Distillation.Text;

/// <summary>The embeddings of tokens, with which students of texts begin.</summary>
internal static class TokenEmbedding
{
    // Small, as texts add many of them up.
    private const double Deviation = 0.1;

    /// <summary>Creates embeddings of normal numbers; that of padding is 0, and stays it.</summary>
    public static Embedding Of(int vocabularySize, int size, int padId)
    {
        Embedding embedding = torch.nn.Embedding(vocabularySize, size, padding_idx: padId);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        torch.nn.init.normal_(embedding.weight!, 0, Deviation);
        embedding.weight![padId].zero_();
        return embedding;
    }
}
