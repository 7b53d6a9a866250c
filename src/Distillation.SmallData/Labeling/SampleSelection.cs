namespace Distillation.SmallData;

/// <summary>Measures samples, and chooses among them by a filter.</summary>
internal sealed class SampleSelection(SampleFilter filter)
{
    private readonly List<Measured> _samples = [];

    public void Add(SamplePrediction opinion)
    {
        using var scope = torch.NewDisposeScope();
        Tensor probabilities = opinion.Probabilities.to(torch.ScalarType.Float64);
        long[] labels = probabilities.argmax(1).cpu().data<long>().ToArray();
        double[] largest = Numbers(probabilities.topk((int)Math.Min(2, probabilities.size(1)), 1).values);
        double[]? agreement = opinion.Agreement is { } shares ? Numbers(shares) : null;
        bool[]? contradicts = opinion.Contradicts?.cpu().data<bool>().ToArray();
        int columns = largest.Length / labels.Length;
        for (int row = 0; row < labels.Length; row++)
        {
            double confidence = largest[row * columns];
            double second = columns == 2 ? largest[(row * 2) + 1] : 0;
            _samples.Add(new(_samples.Count, labels[row], confidence, confidence - second, agreement?[row] ?? 1, contradicts?[row] == true));
        }

        static double[] Numbers(Tensor tensor) => tensor.cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>Chooses.</summary>
    /// <returns>The numbers of the samples that are kept, rising, at least one.</returns>
    public (long[] Numbers, FilterReport Report) Choose()
    {
        Measured[] left = [.. _samples];
        long unsure = DropBelow(nameof(SampleFilter.MinConfidence), filter.MinConfidence, sample => sample.Confidence);
        long close = DropBelow(nameof(SampleFilter.MinMargin), filter.MinMargin, sample => sample.Margin);
        long disputed = DropBelow(nameof(SampleFilter.MinAgreement), filter.MinAgreement, sample => sample.Agreement);
        long contradicted = Drop(
            [.. left.Where(sample => !sample.Contradicts)], () =>
                $"{nameof(SampleFilter.MustMatchKnown)} is set, and the known labels of all {left.Length} samples are of another class");
        Measured[] kept = filter.LargestClassRatio is { } ratio ? Balanced(left, ratio) : left;
        return ([.. kept.Select(sample => sample.Number)], new()
        {
            Samples = _samples.Count,
            BelowConfidence = unsure,
            BelowMargin = close,
            BelowAgreement = disputed,
            AgainstKnown = contradicted,
            Surplus = left.Length - kept.Length,
        });

        long DropBelow(string name, double least, Func<Measured, double> of) => Drop(
            [.. left.Where(sample => of(sample) >= least)], () =>
                FormattableString.Invariant($"{name} is {least}, but the largest value of {left.Length} samples is {left.Max(of)}"));

        long Drop(Measured[] passing, Func<string> why)
        {
            if (passing.Length == 0)
            {
                throw new InvalidOperationException($"No sample is left: {why()}.");
            }

            long dropped = left.Length - passing.Length;
            left = passing;
            return dropped;
        }
    }

    private static Measured[] Balanced(Measured[] samples, double ratio)
    {
        IGrouping<long, Measured>[] classes = [.. samples.GroupBy(sample => sample.Class)];
        int most = (int)Math.Min(ratio * classes.Min(members => members.Count()), int.MaxValue);
        return
        [
            .. classes.SelectMany(members => members.OrderByDescending(sample => sample.Confidence).ThenBy(sample => sample.Number).Take(most))
                .OrderBy(sample => sample.Number),
        ];
    }

    private readonly record struct Measured(long Number, long Class, double Confidence, double Margin, double Agreement, bool Contradicts);
}
