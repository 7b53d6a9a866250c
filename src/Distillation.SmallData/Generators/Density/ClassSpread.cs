namespace Distillation.SmallData;

/// <summary>Where each class lies in the space of the first principal components, and how far it reaches; computed once, in float64.</summary>
internal static class ClassSpread
{
    /// <summary>The mean of each class, [C, K]; zero of one that does not occur.</summary>
    public static Tensor Means(LabeledSamples originals, int components) =>
        originals.GetOrAdd((nameof(ClassSpread), nameof(Means), components), all => Means(all, PrincipalComponents.Coordinates(all, components)));

    /// <summary>The symmetric square roots of each class's covariance, shrunk toward that of all classes around their means, [C, K, K].</summary>
    public static Tensor Roots(LabeledSamples originals, int components, double shrinkage) =>
        originals.GetOrAdd(
            (nameof(ClassSpread), nameof(Roots), components, shrinkage), all => Roots(all, PrincipalComponents.Coordinates(all, components), shrinkage));

    /// <summary>The number of samples of each class, [C] float64.</summary>
    public static Tensor Sizes(LabeledSamples originals) =>
        originals.GetOrAdd((nameof(ClassSpread), nameof(Sizes)), all => all.OneHotLabels.to(torch.ScalarType.Float64).sum([0]));

    private static Tensor Means(LabeledSamples originals, Tensor points) =>
        torch.zeros([originals.Classes, points.size(1)], points.dtype, points.device)
            .IndexAddInPlace(0, originals.RequireLabels("A generator by class densities"), points)
            .div_(Sizes(originals).ClampMin(1).unsqueeze(1));

    private static Tensor Roots(LabeledSamples originals, Tensor points, double shrinkage)
    {
        Tensor labels = originals.RequireLabels("A generator by class densities");
        Tensor around = points - Means(originals, points).index_select(0, labels);
        Tensor pooled = around.t().matmul(around).DivInPlace(originals.Count);
        var roots = new List<Tensor>();
        for (long kind = 0; kind < originals.Classes; kind++)
        {
            Tensor members = around.index_select(0, labels.Eq(kind).nonzero().squeeze(1));
            Tensor covariance = members.t().matmul(members).DivInPlace(Math.Max(members.size(0), 1));
            roots.Add(Root(covariance.Mul(1 - shrinkage).Add(pooled.Mul(shrinkage))));
        }

        return torch.stack([.. roots]);
    }

    private static Tensor Root(Tensor covariance)
    {
        if (covariance.size(0) == 0)
        {
            return covariance;
        }

        (Tensor values, Tensor vectors) = torch.linalg.eigh(covariance);
        return (vectors * values.ClampMin(0).sqrt_()).matmul(vectors.t());
    }
}
