namespace Distillation.Losses;

/// <summary>Pairs of classes among the teacher's likeliest, of which it prefers the first.</summary>
/// <remarks>Rows come last, for libtorch is slow along dimensions as short as K.</remarks>
/// <param name="Indices">The classes, [R, K].</param>
/// <param name="Teacher">The teacher's probabilities of them, [K, R].</param>
/// <param name="Shares">What each pair (first, second) counts in its row, [K, K, R]: one over the number of pairs, or 0 for what is no pair.</param>
internal readonly record struct TopKPairs(Tensor Indices, Tensor Teacher, Tensor Shares)
{
    /// <summary>Finds the pairs: both probabilities, and their difference, are above epsilon.</summary>
    public static TopKPairs Of(LogitRows rows, int count, double epsilon)
    {
        using var noGradient = torch.no_grad();
        Tensor probabilities = TemperatureSoftmax.Probabilities(rows.Teacher.detach(), 1);
        (Tensor likeliest, Tensor indices) = probabilities.topk((int)Math.Min(count, rows.Classes), 1);
        Tensor teacher = likeliest.t().contiguous();

        // Where the second is likely enough, so is the first. In place: ones and zeros in the teacher's data type.
        Tensor pairs = Differences(teacher).GtInPlace(epsilon).mul_(teacher.clone().GtInPlace(epsilon));
        return new(indices, teacher, pairs.div_(Sum(pairs).ClampMinInPlace(1)));
    }

    /// <summary>How far each first is above each second, [K, K, R], of values [K, R].</summary>
    public static Tensor Differences(Tensor values) => values.unsqueeze(1) - values.unsqueeze(0);

    /// <summary>Sums over all pairs of a row, [R].</summary>
    public static Tensor Sum(Tensor pairs) => pairs.sum([0, 1]);

    /// <summary>Brings a gradient at the differences, [K, K, R], to the classes, [K, R].</summary>
    public static Tensor AtClasses(Tensor atDifferences) => atDifferences.sum([1]).sub_(atDifferences.sum([0]));

    /// <summary>Takes the classes, [K, R], from what there is of all, [R, C].</summary>
    public Tensor Take(Tensor values) => values.gather(1, Indices).t().contiguous();
}
