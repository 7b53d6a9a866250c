namespace Distillation.Losses;

/// <summary>The first right singular vectors of matrices, with a gradient that stays finite.</summary>
internal static class SingularVectors
{
    /// <summary>Decomposes matrices.</summary>
    /// <param name="matrices">[N, M, C].</param>
    /// <param name="count">How many vectors; fewer come where the matrices have fewer.</param>
    /// <returns>The vectors, [N, C, count], attached to the graph, and the singular values, [N, count], constants.</returns>
    public static (Tensor Vectors, Tensor Values) Of(Tensor matrices, int count)
    {
        (_, Tensor values, Tensor rows) = torch.linalg.svd(matrices.detach(), fullMatrices: false);
        Tensor all = rows.transpose(1, 2);
        long kept = Math.Min(count, values.size(1));
        Tensor vectors = all.narrow(2, 0, kept);
        return (matrices.requires_grad ? vectors.Add(Change(matrices, all, values, kept)) : vectors, values.narrow(1, 0, kept));
    }

    /// <summary>A zero whose gradient is that of the vectors: they turn into each other by one over the difference of their squared values.</summary>
    private static Tensor Change(Tensor matrices, Tensor all, Tensor values, long kept)
    {
        Tensor squares = values.Square();
        Tensor own = squares.narrow(1, 0, kept).unsqueeze(1);
        Tensor least = squares.amax([1], keepdim: true).unsqueeze(1).Mul(torch.finfo(values.dtype).eps);
        Tensor image = matrices.transpose(1, 2).bmm(matrices.bmm(all.narrow(2, 0, kept)));
        Tensor change = image - image.detach();
        Tensor within = all.transpose(1, 2).bmm(change);
        Tensor outside = change - all.bmm(within);
        return all.bmm(within * Inverse(own - squares.unsqueeze(2), least)).Add(outside * Inverse(own, least));
    }

    private static Tensor Inverse(Tensor difference, Tensor least)
    {
        Tensor usable = difference.abs() > least;
        return torch.where(usable, torch.where(usable, difference, torch.ones_like(difference)).reciprocal(), torch.zeros_like(difference));
    }
}
