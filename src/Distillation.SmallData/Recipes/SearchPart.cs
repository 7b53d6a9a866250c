using System.Runtime.InteropServices;

namespace Distillation.SmallData;

/// <summary>The outputs of all candidates for one held-out part.</summary>
internal sealed record SearchPart
{
    /// <summary>Gets the number of the round.</summary>
    public required int Round { get; init; }

    /// <summary>Gets the numbers of the samples that were held out.</summary>
    public required IReadOnlyList<long> HeldOut { get; init; }

    /// <summary>
    /// Gets for each candidate its logits for these samples, [N, C] in one array; <see langword="null"/> where it has no labels to learn from.
    /// </summary>
    public required IReadOnlyList<double[]?> Logits { get; init; }

    /// <summary>Returns a part as bytes for other ranks; none where it was not reached.</summary>
    public static byte[] ToBytes(SearchPart? part)
    {
        if (part is null)
        {
            return [];
        }

        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(part.Round);
        writer.Write(part.HeldOut.Count);
        writer.Write(MemoryMarshal.AsBytes<long>([.. part.HeldOut]));
        writer.Write(part.Logits.Count);
        foreach (double[]? logits in part.Logits)
        {
            writer.Write(logits?.Length ?? -1);
            writer.Write(MemoryMarshal.AsBytes<double>(logits));
        }

        return bytes.ToArray();
    }

    /// <summary>Returns the part that <see cref="ToBytes"/> wrote.</summary>
    public static SearchPart? FromBytes(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes));
        T[] Read<T>(int count)
            where T : unmanaged
        {
            var values = new T[count];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        int round = reader.ReadInt32();
        long[] heldOut = Read<long>(reader.ReadInt32());
        var logits = new double[]?[reader.ReadInt32()];
        for (int i = 0; i < logits.Length; i++)
        {
            int count = reader.ReadInt32();
            logits[i] = count < 0 ? null : Read<double>(count);
        }

        return new() { Round = round, HeldOut = heldOut, Logits = logits };
    }
}
