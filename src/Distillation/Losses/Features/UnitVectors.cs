namespace Distillation.Losses;

/// <summary>Vectors scaled to length one.</summary>
internal static class UnitVectors
{
    /// <summary>
    /// Divides each vector by its L2 norm. A vector of zeros has no direction and stays as it is: its gradient is not blown up by the inverse of an epsilon.
    /// </summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="dimension">The dimension along which a vector lies.</param>
    /// <returns>The same shape.</returns>
    public static Tensor Of(Tensor vectors, long dimension)
    {
        // Not torch.linalg.vector_norm: TorchSharp hands it a number that the collector may take away during the call.
        Tensor norm = vectors.norm((int)dimension, keepdim: true, p: 2);
        return vectors / norm.MaskedFill(norm.Lt(1e-12), 1);
    }
}
