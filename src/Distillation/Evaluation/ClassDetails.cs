using System.Collections.Immutable;

namespace Distillation.Evaluation;

/// <summary>Accumulates what a report of a classifier has besides numbers: confusion, ranks of the labels, reliability.</summary>
internal sealed class ClassDetails : IDisposable
{
    // A confusion matrix of more would have more than a million counts.
    private const int MaxClasses = 1024;
    private const int Bins = 15;

    private readonly Accumulation _confusion = new(MetricReduction.Sum);
    private readonly Accumulation _ranks = new(MetricReduction.Sum);
    private readonly Accumulation _bins = new(MetricReduction.Sum);

    public void Add(ClassRows rows)
    {
        if (rows.Classes > MaxClasses)
        {
            return;
        }

        _confusion.Add(torch.bincount(rows.Labels.Mul(rows.Classes).AddInPlace(rows.Predicted), minlength: rows.Classes * rows.Classes));
        _ranks.Add(torch.bincount(TopKAccuracy.Ranks(rows), minlength: rows.Classes));
        _bins.Add(ExpectedCalibrationError.Counts(rows, Bins));
    }

    public void Add(ClassDetails other)
    {
        _confusion.Add(other._confusion);
        _ranks.Add(other._ranks);
        _bins.Add(other._bins);
    }

    public void Clear()
    {
        _confusion.Clear();
        _ranks.Clear();
        _bins.Clear();
    }

    public EvaluationReport CompleteReport(EvaluationReport report)
    {
        if (_confusion.IsEmpty)
        {
            return report;
        }

        using var scope = torch.NewDisposeScope();
        long[] ranks = [.. _ranks.Merged().cpu().data<long>()];
        double[] bins = Shares.Numbers(_bins.Merged());
        return report with
        {
            Confusion = new ConfusionMatrix([.. _confusion.Merged().cpu().data<long>()], ranks.Length),
            Ranks = ImmutableArray.Create(ranks),
            Reliability =
            [
                .. Enumerable.Range(0, Bins).Select(bin => new ReliabilityBin
                {
                    Rows = (long)bins[bin],
                    Accuracy = bins[Bins + bin] / Math.Max(1, bins[bin]),
                    Confidence = bins[(2 * Bins) + bin] / Math.Max(1, bins[bin]),
                }),
            ],
        };
    }

    public void Dispose()
    {
        _confusion.Dispose();
        _ranks.Dispose();
        _bins.Dispose();
    }
}
