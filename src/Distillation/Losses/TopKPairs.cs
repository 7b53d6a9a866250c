namespace Distillation.Losses;

/// <summary>Pairs of classes among the teacher's likeliest, of which it prefers the first.</summary>
/// <param name="Indices">The classes, [R, K].</param>
/// <param name="Teacher">The teacher's probabilities of them, [R, K].</param>
/// <param name="Shares">What each pair (first, second) counts in its row, [R, K, K]: one over the number of pairs, or 0 for what is no pair.</param>
internal readonly record struct TopKPairs(Tensor Indices, Tensor Teacher, Tensor Shares)
{
    /// <summary>Finds the pairs: both probabilities, and their difference, are above epsilon.</summary>
    public static TopKPairs Of(LogitRows rows, int count, double epsilon)
    {
        using var noGradient = torch.no_grad();
        using Scalar least = epsilon.ToScalar();
        Tensor probabilities = Softened.Probabilities(rows.Teacher.detach(), 1);
        (Tensor teacher, Tensor indices) = probabilities.topk((int)Math.Min(count, rows.Classes), 1);

        // Where the second is likely enough, so is the first. In place: ones and zeros in the teacher's data type.
        Tensor pairs = Differences(teacher).gt_(least).mul_(teacher.clone().gt_(least).unsqueeze(1));
        return new(indices, teacher, pairs.div_(pairs.sum([1, 2], keepdim: true).clamp_min_(1)));
    }

    /// <summary>How far each first is above each second, [R, K, K].</summary>
    public static Tensor Differences(Tensor values) => values.unsqueeze(2) - values.unsqueeze(1);

    /// <summary>Brings a gradient at the differences, [R, K, K], to the classes, [R, K].</summary>
    public static Tensor Gather(Tensor atDifferences) => atDifferences.sum([2]).sub_(atDifferences.sum([1]));
}
