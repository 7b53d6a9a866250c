namespace Distillation.Text;

/// <summary>A piece of the vocabulary of a SentencePiece model; its id is its place in the file.</summary>
/// <param name="Bytes">The piece in UTF-8.</param>
/// <param name="Score">The logarithm of the probability (unigram), or the larger the earlier it is merged (BPE).</param>
/// <param name="Kind">How the piece is used.</param>
internal sealed record SentencePiece(byte[] Bytes, float Score, SentencePieceKind Kind);
