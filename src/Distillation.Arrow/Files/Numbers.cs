using System.Numerics;
using System.Runtime.InteropServices;

namespace Distillation.Arrow;

/// <summary>Numbers of any of the types that files may have, in the type that is worked with.</summary>
internal static class Numbers
{
    public static void Widen(ReadOnlySpan<byte> values, ElementType type, Span<long> target)
    {
        switch (type)
        {
            case ElementType.Int8: Convert<sbyte, long>(values, target); break;
            case ElementType.Int16: Convert<short, long>(values, target); break;
            case ElementType.Int32: Convert<int, long>(values, target); break;
            case ElementType.UInt8: Convert<byte, long>(values, target); break;
            case ElementType.UInt16: Convert<ushort, long>(values, target); break;
            case ElementType.UInt32: Convert<uint, long>(values, target); break;
            default: Convert<long, long>(values, target); break;
        }
    }

    public static void Widen(ReadOnlySpan<byte> values, ElementType type, Span<float> target)
    {
        if (type == ElementType.Float16)
        {
            Convert<Half, float>(values, target);
        }
        else
        {
            Convert<float, float>(values, target);
        }
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> values, Span<TTo> target)
        where TFrom : unmanaged, INumberBase<TFrom>
        where TTo : INumberBase<TTo>
    {
        ReadOnlySpan<TFrom> source = MemoryMarshal.Cast<byte, TFrom>(values);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = TTo.CreateTruncating(source[i]);
        }
    }
}
