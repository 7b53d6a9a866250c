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
    /// <param name="student">The student's values, [R, C].</param>
    /// <param name="teacher">The teacher's values, [R, C].</param>
    /// <param name="along">The dimension.</param>
    /// <param name="leftOut">Which elements do not count, booleans [R, C] or [R, 1]; <see langword="null"/> where all do. A row or a column of nothing else does not count either.</param>
    /// <returns>A scalar; 0 where nothing counts.</returns>
    public static Tensor Distance(Tensor student, Tensor teacher, long along, Tensor? leftOut = null)
    {
        if (leftOut is null)
        {
            return Cosine(Centre(student, along), Centre(teacher, along), along).mean().TakenFrom(1);
        }

        leftOut = leftOut.expand_as(student);
        Tensor none = leftOut.all(along);
        Tensor distances = Cosine(Centre(student, along, leftOut), Centre(teacher, along, leftOut), along).TakenFrom(1).Filled(none, 0);
        return distances.sum() / none.logical_not().sum().AtLeastInPlace(1);
    }

    private static Tensor Centre(Tensor values, long along) => values - values.mean([along], keepdim: true);

    private static Tensor Centre(Tensor values, long along, Tensor leftOut)
    {
        Tensor own = values.Filled(leftOut, 0);
        return (own - (own.sum(along, keepdim: true) / RuledOut.Left(leftOut, along))).Filled(leftOut, 0);
    }

    private static Tensor Norm(Tensor values, long along) => values.detach().norm((int)along, keepdim: false, p: 2);
}
