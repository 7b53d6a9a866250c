namespace Distillation.SmallData;

/// <summary>
/// Arithmetic whose rows come out bit by bit the same in any batch. A matrix product does not keep that: it sums in another order for another number of rows.
/// </summary>
internal static class RowArithmetic
{
    /// <summary>One number for each row, in a shape that spreads over what each row holds.</summary>
    public static Tensor Wide(Tensor perRow, Tensor like) => perRow.view([-1, .. Enumerable.Repeat(1L, (int)like.dim() - 1)]);

    /// <summary>Sums of rows: Σₖ weights[n, k] · rows[k], always in the same order.</summary>
    /// <param name="weights">[N, K].</param>
    /// <param name="rows">[K, D].</param>
    /// <returns>[N, D].</returns>
    public static Tensor Combine(Tensor weights, Tensor rows) => Sum(weights, rows.size(1), k => rows.narrow(0, k, 1));

    /// <summary>Sums of columns of a matrix that each row has of its own: Σₖ weights[n, k] · matrices[kinds[n], :, k].</summary>
    /// <param name="weights">[N, K].</param>
    /// <param name="matrices">[C, D, K].</param>
    /// <param name="kinds">[N] int64.</param>
    /// <returns>[N, D].</returns>
    public static Tensor Combine(Tensor weights, Tensor matrices, Tensor kinds) =>
        Sum(weights, matrices.size(1), k =>
        {
            using Tensor column = matrices.select(2, k);
            return column.index_select(0, kinds);
        });

    private static Tensor Sum(Tensor weights, long width, Func<long, Tensor> rows)
    {
        Tensor sum = torch.zeros([weights.size(0), width], weights.dtype, weights.device);
        for (long k = 0; k < weights.size(1); k++)
        {
            using Tensor weight = weights.narrow(1, k, 1);
            using Tensor row = rows(k);
            using Tensor product = weight * row;
            sum.AddInPlace(product);
        }

        return sum;
    }

    /// <summary>Squared Euclidean distances, [R, S], of the rows of [R, D] and [S, D].</summary>
    public static Tensor SquaredDistances(Tensor left, Tensor right) =>
        left.matmul(right.t()).MulInPlace(-2).AddInPlace(left.Square().sum(1, keepdim: true)).AddInPlace(right.Square().sum(1).unsqueeze(0)).ClampMinInPlace(0);
}
