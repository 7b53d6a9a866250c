namespace Distillation.Compression.LowRank;

/// <summary>A product of two matrices near that of a layer's weights.</summary>
internal sealed class LayerFactors(Tensor reduce, Tensor expand) : IDisposable
{
    /// <summary>Gets the factor of the inputs, [r, I].</summary>
    public Tensor Reduce { get; } = reduce;

    /// <summary>Gets the factor of the outputs, [O, r].</summary>
    public Tensor Expand { get; } = expand;

    public int Rank => (int)Reduce.size(0);

    public int Outputs => (int)Expand.size(0);

    public void Dispose()
    {
        Reduce.Dispose();
        Expand.Dispose();
    }

    /// <summary>Computes the factors of a matrix.</summary>
    /// <param name="weight">[O, I].</param>
    /// <param name="moment">The second moment of the inputs, [I, I] float64; <see langword="null"/> for the identity.</param>
    /// <param name="options">Which rank.</param>
    /// <returns><see langword="null"/> where the factors have no fewer numbers than the matrix.</returns>
    public static LayerFactors? Of(Tensor weight, Tensor? moment, LowRankOptions options)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor matrix = weight.detach().to(torch.ScalarType.Float64);
        Tensor? root = moment is null ? null : Root(moment);
        (Tensor left, Tensor values, Tensor right) = torch.linalg.svd(root is null ? matrix : matrix.matmul(root), fullMatrices: false);
        long rank = Math.Min(options.Rank ?? RankOf(values.cpu().data<double>().ToArray(), options.Energy), values.size(0));
        if (rank * (matrix.size(0) + matrix.size(1)) >= matrix.numel())
        {
            return null;
        }

        Tensor scale = values.narrow(0, 0, rank).sqrt();
        Tensor reduce = scale.unsqueeze(1) * right.narrow(0, 0, rank);
        reduce = root is null ? reduce : torch.linalg.solve(root.t(), reduce.t()).t();
        Tensor expand = left.narrow(1, 0, rank) * scale;
        return new(Kept(reduce, weight), Kept(expand, weight));
    }

    private static Tensor Kept(Tensor factor, Tensor weight) => factor.to(weight.dtype).contiguous().clone().DetachFromDisposeScope();

    // A small multiple of the identity makes the moment of few or constant inputs positive definite.
    private static Tensor Root(Tensor moment)
    {
        double mean = moment.trace().item<double>() / moment.size(0);
        Tensor identity = torch.eye(moment.size(0), dtype: torch.ScalarType.Float64, device: moment.device);
        return torch.linalg.cholesky(moment.Add(identity.Mul(Math.Max(1e-6 * mean, 1e-12))));
    }

    private static int RankOf(double[] values, double energy)
    {
        double all = values.Sum(value => value * value);
        double sum = 0;
        int rank = 0;
        while (rank < values.Length && sum < energy * all)
        {
            sum += values[rank] * values[rank];
            rank++;
        }

        return Math.Max(1, rank);
    }
}
