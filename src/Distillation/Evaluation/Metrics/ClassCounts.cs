namespace Distillation.Evaluation;

/// <summary>For each class the rows that have it, those predicted as it, and those that are both, [3, C] float64.</summary>
internal static class ClassCounts
{
    public static Tensor Of(ClassRows rows)
    {
        Tensor hits = rows.Labels.masked_select(rows.Predicted.eq(rows.Labels));
        return torch.stack([Count(rows.Labels), Count(rows.Predicted), Count(hits)]);

        Tensor Count(Tensor ids) => torch.bincount(ids, minlength: rows.Classes).to(torch.ScalarType.Float64);
    }

    public static Tensor Of(PresenceRows rows) =>
        torch.stack([rows.Labels.sum([0]), rows.Predicted.sum([0]), (rows.Labels * rows.Predicted).sum([0])]);

    /// <summary>Returns the counts of each class.</summary>
    public static IReadOnlyList<(double Actual, double Predicted, double Hits)> Read(Tensor state)
    {
        double[] counts = Shares.Numbers(state);
        int classes = counts.Length / 3;
        return [.. Enumerable.Range(0, classes).Select(label => (counts[label], counts[classes + label], counts[(2 * classes) + label]))];
    }

    /// <summary>Returns the mean over the classes that occur among labels or predictions of hits / (share of labels and predictions).</summary>
    public static double Mean(Tensor state, Func<(double Actual, double Predicted, double Hits), double> score)
    {
        (double Actual, double Predicted, double Hits)[] occurring = [.. Read(state).Where(one => one.Actual + one.Predicted > 0)];
        return occurring.Length == 0 ? double.NaN : occurring.Average(score);
    }

    /// <summary>Returns F1 of one class; 0 where it is neither there nor predicted.</summary>
    public static double F1((double Actual, double Predicted, double Hits) one) => 2 * one.Hits / Math.Max(1, one.Actual + one.Predicted);

    public static double MicroF1(Tensor state)
    {
        IReadOnlyList<(double Actual, double Predicted, double Hits)> all = Read(state);
        return F1((all.Sum(one => one.Actual), all.Sum(one => one.Predicted), all.Sum(one => one.Hits)));
    }
}
