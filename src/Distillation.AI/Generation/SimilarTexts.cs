namespace Distillation.AI;

/// <summary>Signatures of texts to which others are compared by <see cref="MinHash"/>.</summary>
internal sealed class SimilarTexts
{
    private readonly List<ulong[]> _signatures = [];

    public void Add(ulong[] signature) => _signatures.Add(signature);

    /// <summary>Returns the similarity of the nearest text, in [0, 1]; 0 where there is none.</summary>
    public double Nearest(ulong[] signature) => _signatures.Select(other => MinHash.Similarity(signature, other)).DefaultIfEmpty().Max();
}
