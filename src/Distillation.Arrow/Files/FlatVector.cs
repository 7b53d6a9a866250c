namespace Distillation.Arrow;

/// <summary>The places of a vector's elements in bytes of the FlatBuffers format, all of them inside.</summary>
/// <param name="Start">The place of the first element.</param>
/// <param name="Count">The number of elements.</param>
/// <param name="Size">The bytes of an element.</param>
internal readonly record struct FlatVector(long Start, long Count, int Size)
{
    public long this[long index] => Start + (index * Size);
}
