namespace Distillation.Serialization;

/// <summary>A tensor as PyTorch keeps it: some of the numbers of a storage, which other tensors may share.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Offset">How many of them are before the first of the tensor.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Strides">By how many numbers the next one in each dimension is further.</param>
internal sealed record StoredTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    private const int MostDimensions = 64;

    /// <summary>Makes sure that the tensor lies within its storage.</summary>
    /// <returns>What is said of it in public; its bytes are all from the first to the last that it needs.</returns>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public TensorInfo Check(string name, string path)
    {
        if (Shape.Length > MostDimensions || Shape.Length != Strides.Length || Offset < 0 || Shape.Any(size => size < 0) || Strides.Any(stride => stride < 0))
        {
            throw Wrong($"must have at most {MostDimensions} sizes, as many strides, and no number below zero");
        }

        if (SafetensorsLayout.Length(Shape, Storage.Width) is null || Extent() is not { } extent || extent > Storage.Count - Offset)
        {
            throw Wrong($"does not fit in the {Storage.Count} numbers that are there");
        }

        long begin = Storage.Begin + (Offset * Storage.Width);
        return new TensorInfo(name, Storage.Dtype, Shape, begin, begin + (extent * Storage.Width));

        InvalidDataException Wrong(string what) =>
            new($"'{path}' is damaged: '{name}' [{string.Join(", ", Shape.Take(MostDimensions))}] {Storage.Dtype}, of strides [{string.Join(", ", Strides.Take(MostDimensions))}] from number {Offset}, {what}.");
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
