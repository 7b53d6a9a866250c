using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Distillation.Serialization;

/// <summary>Reads the numbers, texts and bytes that the instructions of a pickle carry.</summary>
internal static class PickleConstants
{
    // Whole numbers of more bytes are read by nothing here.
    private const int LongestNumber = 256;

    private static readonly object NoConstant = new();

    /// <summary>Reads what an instruction carries.</summary>
    /// <returns>Whether the instruction carries a constant. The value of one that is needed nowhere is <see cref="UnreadValue"/>.</returns>
    public static bool TryRead(PickleCode code, FileWindow window, out object? value)
    {
        value = code switch
        {
            PickleCode.None => null,
            PickleCode.NewTrue => true,
            PickleCode.NewFalse => false,
            PickleCode.BinInt => (long)BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4)),
            PickleCode.BinInt1 => (long)window.Byte(),
            PickleCode.BinInt2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(window.Bytes(2)),
            PickleCode.BinFloat => BinaryPrimitives.ReadDoubleBigEndian(window.Bytes(8)),
            PickleCode.Long1 => Number(window, window.Byte()),
            PickleCode.Long4 => Number(window, BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4))),
            PickleCode.Int => window.Line() switch { "00" => false, "01" => true, var digits => Number(digits) },
            PickleCode.Long => Number(window.Line()?.TrimEnd('L')),
            PickleCode.Float => Real(window.Line()),
            PickleCode.String => Plain(window.Line() is [var quote and ('\'' or '"'), .. var text, var end] && quote == end ? text : null),
            PickleCode.Unicode => Plain(window.Line()),
            _ when TextLength(code, window) is { } length => window.Text(length) as object ?? UnreadValue.Instance,
            _ when BytesLength(code, window) is { } length => Skipped(window, length),
            _ => NoConstant,
        };
        return !ReferenceEquals(value, NoConstant);
    }

    private static long? TextLength(PickleCode code, FileWindow window) => code switch
    {
        PickleCode.ShortBinUnicode or PickleCode.ShortBinString => window.Byte(),
        PickleCode.BinUnicode => BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)),
        PickleCode.BinString => BinaryPrimitives.ReadInt32LittleEndian(window.Bytes(4)),
        PickleCode.BinUnicode8 => BinaryPrimitives.ReadInt64LittleEndian(window.Bytes(8)),
        _ => null,
    };

    private static long? BytesLength(PickleCode code, FileWindow window) => code switch
    {
        PickleCode.ShortBinBytes => window.Byte(),
        PickleCode.BinBytes => BinaryPrimitives.ReadUInt32LittleEndian(window.Bytes(4)),
        PickleCode.BinBytes8 or PickleCode.ByteArray8 => BinaryPrimitives.ReadInt64LittleEndian(window.Bytes(8)),
        _ => null,
    };

    private static UnreadValue Skipped(FileWindow window, long length)
    {
        window.Skip(length);
        return UnreadValue.Instance;
    }

    private static object Number(FileWindow window, int length) =>
        length is >= 0 and <= LongestNumber ? Fitting(new BigInteger(window.Bytes(length))) : Skipped(window, length);

    private static object Number(string? digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger large) ? large
        : UnreadValue.Instance;

    // Few whole numbers need more than eight bytes: the magic number of the old format is one, seeds are others.
#pragma warning disable CA1859 // It is a long where it fits, and no BigInteger then.
    private static object Fitting(BigInteger number) => number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
#pragma warning restore CA1859

    private static object Real(string? digits) => digits switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : UnreadValue.Instance,
    };

    private static object Plain(string? text) => text is null || text.Contains('\\', StringComparison.Ordinal) ? UnreadValue.Instance : text;
}
