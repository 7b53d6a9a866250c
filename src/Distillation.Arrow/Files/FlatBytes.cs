using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distillation.Arrow;

/// <summary>Bytes of the FlatBuffers format, in which Arrow files describe themselves. Every access is checked: the bytes may be anything.</summary>
internal sealed class FlatBytes(byte[] bytes, string path, string what)
{
    /// <summary>The table to which an offset leads.</summary>
    public FlatTable Table(long at) => new(this, Follow(at));

    public T Get<T>(long at)
        where T : unmanaged => MemoryMarshal.Read<T>(Slice(at, Unsafe.SizeOf<T>()));

    /// <summary>The place to which an offset leads.</summary>
    public long Follow(long at) => at + Get<uint>(at);

    public ReadOnlySpan<byte> Text(long at)
    {
        long start = Follow(at);
        return Slice(start + sizeof(uint), Get<uint>(start));
    }

    public ReadOnlySpan<byte> Slice(long at, long length) =>
        at >= 0 && length >= 0 && at <= bytes.Length && length <= bytes.Length - at
            ? bytes.AsSpan((int)at, (int)length)
            : throw new InvalidDataException($"'{path}' is damaged: its {what} points outside of itself.");
}
