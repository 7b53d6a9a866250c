namespace Distillation.Serialization;

/// <summary>A tensor as PyTorch keeps it: some of the numbers of a storage, which other tensors may share.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Type">Their type.</param>
/// <param name="Offset">How many of them are before the first of the tensor.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Strides">By how many numbers the next one in each dimension is further.</param>
/// <param name="IsNegated">Whether its values are those numbers with the other sign.</param>
internal sealed record StoredTensor(TorchStorage Storage, TorchStorageType Type, long Offset, long[] Shape, long[] Strides, bool IsNegated)
{
    private const int MostDimensions = 64;

    /// <summary>Validates that the tensor lies within its storage.</summary>
    /// <returns>Its public description; its bytes are all from the first to the last that it needs.</returns>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public TensorInfo Check(string name, string path)
    {
        if (Shape.Length > MostDimensions || Shape.Length != Strides.Length || Offset < 0 || Shape.Any(size => size < 0) || Strides.Any(stride => stride < 0))
        {
            throw Wrong($"must have at most {MostDimensions} sizes, as many strides, and no number below zero");
        }

        long count = Storage.Bytes / Type.Width;
        if (SafetensorsLayout.Length(Shape, Type.Width) is null || Extent() is not { } extent || extent > count - Offset)
        {
            throw Wrong($"does not fit in the {count} numbers that are there");
        }

        if (IsNegated && Type.Dtype == "BOOL")
        {
            throw Wrong("must not be negated");
        }

        long begin = Storage.Begin + (Offset * Type.Width);
        return new TensorInfo(name, Type.Dtype, Shape, begin, begin + (extent * Type.Width));

        InvalidDataException Wrong(string what) =>
            new(
                $"'{path}' is damaged: '{name}' [{string.Join(", ", Shape.Take(MostDimensions))}] {Type.Dtype}, "
                + $"of strides [{string.Join(", ", Strides.Take(MostDimensions))}] from number {Offset}, {what}.");
    }

    // How many numbers there are from the first to the last; nothing where it is too much.
    private long? Extent()
    {
        Int128 last = 0;
        for (int i = 0; i < Shape.Length; i++)
        {
            last += (Int128)Math.Max(Shape[i] - 1, 0) * Strides[i];
            if (last >= long.MaxValue)
            {
                return null;
            }
        }

        return Shape.Contains(0) ? 0 : (long)last + 1;
    }
}
