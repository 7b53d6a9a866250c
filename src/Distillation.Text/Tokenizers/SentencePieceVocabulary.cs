using System.Text;

namespace Distillation.Text;

/// <summary>The pieces of a SentencePiece model, checked, and what finds them in a text.</summary>
internal sealed class SentencePieceVocabulary
{
    private const int Bytes = 256;
    private static readonly string[] Padding = ["<pad>", "[PAD]", "<|pad|>"];

    /// <exception cref="InvalidDataException">A piece is empty or there twice, or one that texts need is missing.</exception>
    public SentencePieceVocabulary(SentencePieceModelFile file)
    {
        Pieces = file.Pieces;
        var normal = new Dictionary<string, int>(StringComparer.Ordinal);
        var reserved = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < Pieces.Count; id++)
        {
            // Latin-1 has a character for each byte: what is no UTF-8 stays apart.
            Dictionary<string, int> names = IsFound(Pieces[id].Kind) ? normal : reserved;
            if (Pieces[id].Bytes.Length == 0 || !names.TryAdd(Encoding.Latin1.GetString(Pieces[id].Bytes), id))
            {
                throw new InvalidDataException($"The pieces of the model must differ and have letters, but that of id {id}, '{Name(id)}', does not.");
            }
        }

        int[] unknown = [.. Ids(SentencePieceKind.Unknown)];
        UnknownId = unknown.Length == 1
            ? unknown[0]
            : throw new InvalidDataException($"The model must have one piece for unknown characters, but has {unknown.Length}.");
        if (normal.Count == 0)
        {
            throw new InvalidDataException($"The model must have pieces of texts, but none of its {Pieces.Count} pieces is one.");
        }

        ByteIds = file.HasByteFallback ? BytesOf(reserved) : [];
        PadId = Padding.Prepend(file.PadPiece)
            .Select(name => reserved.GetValueOrDefault(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name)), -1))
            .FirstOrDefault(id => id >= 0 && Pieces[id].Kind == SentencePieceKind.Control, Pieces.Count);
        Trie = new PieceTrie(Pieces.Select((piece, id) => (piece.Bytes, id)).Where(piece => IsFound(Pieces[piece.id].Kind)));
        UserDefined = new PieceTrie(Ids(SentencePieceKind.UserDefined).Select(id => (Pieces[id].Bytes, id)));
    }

    /// <summary>Gets the pieces in the order of their ids.</summary>
    public IReadOnlyList<SentencePiece> Pieces { get; }

    /// <summary>Gets the id of characters that no piece has.</summary>
    public int UnknownId { get; }

    /// <summary>Gets the ids of the 256 bytes; none if unknown characters are not cut into bytes.</summary>
    public IReadOnlyList<int> ByteIds { get; }

    /// <summary>Gets the id of padding: that of the model, or one more than the largest.</summary>
    public int PadId { get; }

    /// <summary>Gets the pieces that a text may have, those that are unused included.</summary>
    public PieceTrie Trie { get; }

    /// <summary>Gets the pieces that are never cut.</summary>
    public PieceTrie UserDefined { get; }

    private static bool IsFound(SentencePieceKind kind) => kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined or SentencePieceKind.Unused;

    private IEnumerable<int> Ids(SentencePieceKind kind) => Enumerable.Range(0, Pieces.Count).Where(id => Pieces[id].Kind == kind);

    private string Name(int id) => Encoding.UTF8.GetString(Pieces[id].Bytes);

    private int[] BytesOf(Dictionary<string, int> reserved)
    {
        int[] ids = [.. Enumerable.Range(0, Bytes).Select(value => reserved.GetValueOrDefault($"<0x{value:X2}>", -1))];
        int missing = Array.FindIndex(ids, id => id < 0 || Pieces[id].Kind != SentencePieceKind.Byte);
        return missing < 0 ? ids : throw new InvalidDataException($"The model must have a piece for each byte, but has none for 0x{missing:X2}.");
    }
}
