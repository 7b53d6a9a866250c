namespace Distillation.SmallData;

/// <summary>The directions in which originals vary most, in float64; each computed once.</summary>
/// <remarks>
/// Of the smaller one of the matrices [D, D] and [M, M] all eigenvectors are computed: seconds up to a size of 3 000. Directions with less than 1e-10 of the
/// largest variance are none.
/// </remarks>
internal static class PrincipalComponents
{
    /// <summary>The mean of the originals, [1, D].</summary>
    public static Tensor Mean(LabeledSamples originals) =>
        originals.GetOrAdd((nameof(PrincipalComponents), nameof(Mean)), all => all.Inputs.flatten(1).to(torch.ScalarType.Float64).mean([0], keepdim: true));

    /// <summary>The first components, fewer where there are not so many: [K, D], rows of length 1 at right angles.</summary>
    public static Tensor First(LabeledSamples originals, int count)
    {
        Tensor all = All(originals);
        return all.narrow(0, 0, Math.Min(count, all.size(0)));
    }

    /// <summary>All components, by falling variance, [R, D].</summary>
    public static Tensor All(LabeledSamples originals) => originals.GetOrAdd((nameof(PrincipalComponents), nameof(All)), Find);

    /// <summary>The originals in the space of the first components, [M, K].</summary>
    public static Tensor Coordinates(LabeledSamples originals, int count) => Centered(originals).matmul(First(originals, count).t());

    private static Tensor Centered(LabeledSamples originals) => originals.Inputs.flatten(1).to(torch.ScalarType.Float64) - Mean(originals);

    private static Tensor Find(LabeledSamples originals)
    {
        Tensor centered = Centered(originals);
        bool few = centered.size(0) < centered.size(1);
        (Tensor values, Tensor vectors) = torch.linalg.eigh(few ? centered.matmul(centered.t()) : centered.t().matmul(centered));
        double[] variances = values.cpu().data<double>().ToArray();
        double least = 1e-10 * variances[^1];
        long rank = variances.LongCount(variance => variance > Math.Max(least, 0));
        Tensor falling = vectors.narrow(1, variances.Length - rank, rank).flip(1).t();
        Tensor components = few ? falling.matmul(centered) : falling;
        components = components / components.Square().sum(1, keepdim: true).sqrt_();

        // A direction has two signs: the largest entry is positive, so that samples are the same wherever they are made.
        Tensor largest = components.gather(1, components.abs().argmax(1, keepdim: true));
        return components * largest.sign();
    }
}
