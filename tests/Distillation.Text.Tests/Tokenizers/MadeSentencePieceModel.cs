using System.Buffers.Binary;
using System.Text;

namespace Distillation.Text.Tests.Tokenizers;

/// <summary>Writes small model files of SentencePiece.</summary>
internal sealed class MadeSentencePieceModel
{
    private readonly List<byte[]> _pieces = [];

    public byte ModelType { get; init; } = 1;

    public bool HasByteFallback { get; init; }

    public bool TreatsWhitespaceAsSuffix { get; init; }

    public bool RemovesExtraWhitespaces { get; init; } = true;

    public bool AddsDummyPrefix { get; init; } = true;

    public bool EscapesWhitespaces { get; init; } = true;

    public byte[] CharsMap { get; init; } = [];

    /// <summary>Adds a piece; its id is the number of those before.</summary>
    public MadeSentencePieceModel With(string piece, float score = 0, SentencePieceKind kind = SentencePieceKind.Normal)
    {
        byte[] number = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(number, score);
        _pieces.Add(Field(1, [.. Field(1, Encoding.UTF8.GetBytes(piece)), (2 << 3) | 5, .. number, .. Number(3, (byte)kind)]));
        return this;
    }

    /// <summary>Adds the piece of unknown characters.</summary>
    public MadeSentencePieceModel WithUnknown() => With("<unk>", kind: SentencePieceKind.Unknown);

    /// <summary>Adds the pieces of the 256 bytes.</summary>
    public MadeSentencePieceModel WithBytes()
    {
        foreach (int value in Enumerable.Range(0, 256))
        {
            With($"<0x{value:X2}>", kind: SentencePieceKind.Byte);
        }

        return this;
    }

    public byte[] ToArray()
    {
        byte[] trainer = [.. Number(3, ModelType), .. Number(24, TreatsWhitespaceAsSuffix ? 1 : 0), .. Number(35, HasByteFallback ? 1 : 0)];
        byte[] normalizer =
        [
            .. Field(2, CharsMap), .. Number(3, AddsDummyPrefix ? 1 : 0), .. Number(4, RemovesExtraWhitespaces ? 1 : 0),
            .. Number(5, EscapesWhitespaces ? 1 : 0),
        ];
        return [.. _pieces.SelectMany(piece => piece), .. Field(2, trainer), .. Field(3, normalizer)];
    }

    public SentencePieceEncoder ToEncoder() => new(ToArray());

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Number(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
