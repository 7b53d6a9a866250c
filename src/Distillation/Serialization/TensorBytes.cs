namespace Distillation.Serialization;

/// <summary>The memory of a tensor as bytes, in pieces: a span ends at 2 GB, a tensor does not.</summary>
internal static class TensorBytes
{
    // Of the widest numbers, eight bytes each, a piece has 1 GB.
    private const long LargestPiece = 1 << 27;

    /// <summary>The same values on the processor, row by row; a view where they lie so already.</summary>
    public static Tensor Near(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor dense = tensor.is_sparse ? tensor.to_dense() : tensor.detach();
        return dense.cpu().contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Calls with each piece, and how many bytes are before it.</summary>
    /// <param name="tensor">On the processor, contiguous.</param>
    /// <param name="use">What is done with a piece; it must not keep it.</param>
    /// <param name="elements">The most elements in a piece.</param>
    public static void InPieces(Tensor tensor, Action<Span<byte>, long> use, long elements = LargestPiece)
    {
        using Tensor flat = tensor.view(-1);
        long width = tensor.element_size();
        for (long start = 0; start < flat.size(0); start += elements)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(elements, flat.size(0) - start));
            use(piece.bytes, start * width);
        }
    }
}
