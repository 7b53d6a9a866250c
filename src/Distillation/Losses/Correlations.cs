using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cosines and correlations of rows, or of columns, [R, C].</summary>
internal static class Correlations
{
    private const double Least = 1e-8;

    /// <summary>
    /// The cosine of student and teacher along a dimension. Without a direction, where a norm is at most 1e-8, it is 0 and has no gradient: PyTorch's is up to
    /// 1e8 there.
    /// </summary>
    public static Tensor Cosine(Tensor student, Tensor teacher, long along)
    {
        Tensor undirected = Norm(student, along).Le(Least).logical_or_(Norm(teacher, along).Le(Least));
        return functional.cosine_similarity(student, teacher, along, Least).MaskedFill(undirected, 0);
    }

    /// <summary>
    /// One minus Pearson's correlation of student and teacher along a dimension, and the mean over the other. What does not vary has the correlation 0.
    /// </summary>
    /// <param name="student">The student's values, [R, C].</param>
    /// <param name="teacher">The teacher's values, [R, C].</param>
    /// <param name="along">The dimension.</param>
    /// <param name="leftOut">
    /// Which elements do not count, booleans [R, C] or [R, 1]; <see langword="null"/> where all do. A row or a column of nothing else does not count either.
    /// </param>
    /// <returns>A scalar; 0 where nothing counts.</returns>
    public static Tensor Distance(Tensor student, Tensor teacher, long along, Tensor? leftOut = null)
    {
        if (leftOut is null)
        {
            return Cosine(Center(student, along), Center(teacher, along), along).mean().RSub(1);
        }

        leftOut = leftOut.expand_as(student);
        Tensor none = leftOut.all(along);
        Tensor distances = Cosine(Center(student, along, leftOut), Center(teacher, along, leftOut), along).RSub(1).MaskedFill(none, 0);
        return distances.sum() / none.logical_not().sum().ClampMinInPlace(1);
    }

    private static Tensor Center(Tensor values, long along) => values - values.mean([along], keepdim: true);

    private static Tensor Center(Tensor values, long along, Tensor leftOut)
    {
        Tensor own = values.MaskedFill(leftOut, 0);
        return (own - (own.sum(along, keepdim: true) / RuledOut.Left(leftOut, along))).MaskedFill(leftOut, 0);
    }

    private static Tensor Norm(Tensor values, long along) => values.detach().norm((int)along, keepdim: false, p: 2);
}
