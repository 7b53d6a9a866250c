namespace Distillation.Data;

/// <summary>Cuts data in two, or in folds. The same seed gives the same cut, on every machine.</summary>
/// <remarks>
/// No sample is lost and none comes twice: each is either in <see cref="Fold.Train"/> or in <see cref="Fold.HeldOut"/>; of k folds each sample is held out in
/// exactly one.
/// </remarks>
public static class Split
{
    /// <summary>Cuts at random.</summary>
    /// <param name="samples">The number of samples; positive.</param>
    /// <param name="trainShare">The share to learn from, in (0, 1); rounded to whole samples, to the even one at a half.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The two parts.</returns>
    public static Fold Random(long samples, double trainShare, int seed = 0) => Stratified(new long[Require.Positive(samples)], trainShare, seed);

    /// <summary>Cuts every class by the same share.</summary>
    /// <param name="labels">The class id of each sample; any numbers.</param>
    /// <param name="trainShare">The share of each class to learn from, in (0, 1); rounded to whole samples, to the even one at a half.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>The two parts.</returns>
    public static Fold Stratified(IReadOnlyList<long> labels, double trainShare, int seed = 0)
    {
        Require.Positive(trainShare);
        Require.BelowOne(trainShare);
        var train = new List<long>();
        var rest = new List<long>();
        foreach (long[] members in Shuffled(labels, seed))
        {
            int count = (int)Math.Round(members.Length * trainShare);
            train.AddRange(members.AsSpan(0, count));
            rest.AddRange(members.AsSpan(count));
        }

        return Rising(train, rest);
    }

    /// <summary>Cuts in k folds at random.</summary>
    /// <param name="samples">The number of samples; at least as many as folds.</param>
    /// <param name="folds">k: at least 2.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>k cuts, whose held-out parts differ in size by at most one sample.</returns>
    public static IReadOnlyList<Fold> InFolds(long samples, int folds, int seed = 0) => StratifiedInFolds(new long[Require.Positive(samples)], folds, seed);

    /// <summary>Cuts in k folds that have every class in the same share.</summary>
    /// <param name="labels">The class id of each sample; any numbers. A class of fewer than k samples is missing from some folds.</param>
    /// <param name="folds">k: at least 2, at most the number of samples.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>k cuts, whose held-out parts differ by at most one sample, in size and in each class.</returns>
    public static IReadOnlyList<Fold> StratifiedInFolds(IReadOnlyList<long> labels, int folds, int seed = 0)
    {
        Require.Present(labels);
        Require.InRange(folds, 2, labels.Count);
        var parts = new List<long>[folds];
        for (int fold = 0; fold < folds; fold++)
        {
            parts[fold] = [];
        }

        // Dealt out like cards, each class where the last one ended.
        int next = 0;
        foreach (long number in Shuffled(labels, seed).SelectMany(members => members))
        {
            parts[next].Add(number);
            next = (next + 1) % folds;
        }

        return [.. parts.Select(held => Rising(parts.Where(part => part != held).SelectMany(part => part), held))];
    }

    private static Fold Rising(IEnumerable<long> train, IEnumerable<long> rest) => new([.. train.Order()], [.. rest.Order()]);

    private static List<long[]> Shuffled(IReadOnlyList<long> labels, int seed)
    {
        Require.Present(labels);
        var random = new SplitMix64(SplitMix64.Mix(seed, 0));
        var classes = new List<long[]>();
        foreach (IGrouping<long, long> members in Enumerable.Range(0, labels.Count)
            .Select(number => (long)number)
            .GroupBy(number => labels[(int)number])
            .OrderBy(group => group.Key))
        {
            long[] numbers = [.. members];
            random.Shuffle(numbers);
            classes.Add(numbers);
        }

        return classes;
    }
}
