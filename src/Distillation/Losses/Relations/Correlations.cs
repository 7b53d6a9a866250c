using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cosines and correlations of rows, or of columns, [R, C].</summary>
internal static class Correlations
{
    private const double Least = 1e-8;

    /// <summary>The cosine of student and teacher along a dimension. Without a direction, where a norm is at most 1e-8, it is 0 and has no gradient: PyTorch's is up to 1e8 there.</summary>
    public static Tensor Cosine(Tensor student, Tensor teacher, long along)
    {
        using Scalar least = Least.ToScalar();
        using Scalar nothing = 0.0.ToScalar();
        Tensor undirected = Norm(student, along).le(least).logical_or_(Norm(teacher, along).le(least));
        return functional.cosine_similarity(student, teacher, along, Least).masked_fill(undirected, nothing);
    }

    /// <summary>One minus Pearson's correlation of student and teacher along a dimension, and the mean over the other. What does not vary has the correlation 0.</summary>
    public static Tensor Distance(Tensor student, Tensor teacher, long along) => 1 - Cosine(Centre(student, along), Centre(teacher, along), along).mean();

    private static Tensor Centre(Tensor values, long along) => values - values.mean([along], keepdim: true);

    private static Tensor Norm(Tensor values, long along) => values.detach().norm((int)along, keepdim: false, p: 2);
}
