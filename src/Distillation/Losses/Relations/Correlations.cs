using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cosines and correlations of rows, or of columns, [R, C].</summary>
internal static class Correlations
{
    private const double Least = 1e-8;

    /// <summary>The cosine of student and teacher along a dimension. Without a direction, where a norm is at most 1e-8, it is 0 and has no gradient: PyTorch's is up to 1e8 there.</summary>
    public static Tensor Cosine(Tensor student, Tensor teacher, long along)
    {
        Tensor undirected = Norm(student, along).IsAtMost(Least).logical_or_(Norm(teacher, along).IsAtMost(Least));
        return functional.cosine_similarity(student, teacher, along, Least).Filled(undirected, 0);
    }

    /// <summary>One minus Pearson's correlation of student and teacher along a dimension, and the mean over the other. What does not vary has the correlation 0.</summary>
    public static Tensor Distance(Tensor student, Tensor teacher, long along) => Cosine(Centre(student, along), Centre(teacher, along), along).mean().TakenFrom(1);

    private static Tensor Centre(Tensor values, long along) => values - values.mean([along], keepdim: true);

    private static Tensor Norm(Tensor values, long along) => values.detach().norm((int)along, keepdim: false, p: 2);
}
