using System.Text;
using WireType = Distillation.Text.ProtobufReader.WireType;

namespace Distillation.Text;

/// <summary>What a model file of SentencePiece holds: the message <c>ModelProto</c> of <c>sentencepiece_model.proto</c>, as far as texts need it.</summary>
internal sealed class SentencePieceModelFile
{
    private readonly List<SentencePiece> _pieces = [];

    /// <exception cref="InvalidDataException">The file is no such message.</exception>
    public SentencePieceModelFile(ReadOnlySpan<byte> file)
    {
        var reader = new ProtobufReader(file);
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (1, WireType.Bytes):
                    _pieces.Add(ReadPiece(reader.ReadBytes()));
                    break;
                case (2, WireType.Bytes):
                    ReadTrainer(reader.ReadBytes());
                    break;
                case (3, WireType.Bytes):
                    ReadNormalizer(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    /// <summary>Gets the pieces in the order of their ids.</summary>
    public IReadOnlyList<SentencePiece> Pieces => _pieces;

    /// <summary>Gets the kind of model: 1 unigram, 2 BPE, 3 words, 4 characters.</summary>
    public ulong ModelType { get; private set; } = 1;

    /// <summary>Gets whether the mark of white space comes after a word, not before it.</summary>
    public bool TreatsWhitespaceAsSuffix { get; private set; }

    /// <summary>Gets whether unknown characters become the pieces of their bytes.</summary>
    public bool HasByteFallback { get; private set; }

    /// <summary>Gets the name of the piece of padding.</summary>
    public string PadPiece { get; private set; } = "<pad>";

    /// <summary>Gets the rules of normalization: the size of a double-array trie, the trie, and the replacements; empty if there are none.</summary>
    public byte[] CharsMap { get; private set; } = [];

    /// <summary>Gets whether a text begins (or ends) with white space.</summary>
    public bool AddsDummyPrefix { get; private set; } = true;

    /// <summary>Gets whether white space at the ends is left out, and that between words becomes one space.</summary>
    public bool RemovesExtraWhitespaces { get; private set; } = true;

    /// <summary>Gets whether spaces become <c>▁</c> (U+2581).</summary>
    public bool EscapesWhitespaces { get; private set; } = true;

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> message)
    {
        byte[] bytes = [];
        float score = 0;
        SentencePieceKind kind = SentencePieceKind.Normal;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (1, WireType.Bytes):
                    bytes = reader.ReadBytes().ToArray();
                    break;
                case (2, WireType.Fixed32):
                    score = reader.ReadSingle();
                    break;
                case (3, WireType.Varint):
                    // A value that the enumeration does not have leaves the field as it is.
                    ulong value = reader.ReadVarint();
                    kind = value is >= 1 and <= 6 ? (SentencePieceKind)value : kind;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new SentencePiece(bytes, score, kind);
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (3, WireType.Varint):
                    ModelType = reader.ReadVarint();
                    break;
                case (24, WireType.Varint):
                    TreatsWhitespaceAsSuffix = reader.ReadVarint() != 0;
                    break;
                case (35, WireType.Varint):
                    HasByteFallback = reader.ReadVarint() != 0;
                    break;
                case (48, WireType.Bytes):
                    PadPiece = Encoding.UTF8.GetString(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field, reader.Type)
            {
                case (2, WireType.Bytes):
                    CharsMap = reader.ReadBytes().ToArray();
                    break;
                case (3, WireType.Varint):
                    AddsDummyPrefix = reader.ReadVarint() != 0;
                    break;
                case (4, WireType.Varint):
                    RemovesExtraWhitespaces = reader.ReadVarint() != 0;
                    break;
                case (5, WireType.Varint):
                    EscapesWhitespaces = reader.ReadVarint() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}
