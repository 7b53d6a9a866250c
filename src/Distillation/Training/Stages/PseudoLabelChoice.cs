using Distillation.Data;
using Distillation.Evaluation;

namespace Distillation.Training;

/// <summary>Chooses samples without a label by the outputs of a teacher.</summary>
/// <param name="selection">Which are chosen.</param>
/// <param name="unlabeled">The class id of samples without a label.</param>
internal sealed class PseudoLabelChoice(PseudoLabelSelection selection, long unlabeled)
{
    /// <summary>Returns the samples with a label and those that are chosen, in their order, and behind them those that repeat.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="train">All samples, with class ids [N].</param>
    /// <param name="batchSize">How many samples the teacher sees at once.</param>
    /// <param name="device">The device of the teacher's inputs.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="InvalidOperationException">There is not one label and one output of the teacher for each sample, or no sample is left.</exception>
    public IDataSource Of(ITeacher teacher, IDataSource train, int batchSize, torch.Device device, CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        var candidates = new List<(long Number, long Class, double Confidence)>();
        foreach (long start in DataPass.Starts(train, batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Batch batch = DataPass.Read(train, start, batchSize, device);
            Tensor logits = teacher.Predict(batch, FeatureSet.None, cancellationToken).Logits;
            Tensor labels = batch.RequireLabels();
            if (!torch.is_integral(labels) || labels.dim() != 1 || logits.dim() != 2)
            {
                throw new InvalidOperationException(
                    $"{nameof(PseudoLabelSelection)} needs a class id and a row of logits for each sample, [N] and [N, C], but labels are {Shapes.Of(labels)} "
                    + $"{labels.dtype} and the teacher's logits {Shapes.Of(logits)}.");
            }

            (Tensor confidence, Tensor likeliest) = logits.to(torch.ScalarType.Float64).softmax(1).max(1);
            long[] ids = labels.to(torch.ScalarType.Int64).cpu().data<long>().ToArray();
            long[] classes = likeliest.cpu().data<long>().ToArray();
            double[] confidences = confidence.cpu().data<double>().ToArray();
            for (int row = 0; row < ids.Length; row++)
            {
                if (ids[row] != unlabeled)
                {
                    numbers.Add(start + row);
                }
                else if (confidences[row] >= selection.MinConfidence)
                {
                    candidates.Add((start + row, classes[row], confidences[row]));
                }
            }
        }

        (IEnumerable<long> first, IEnumerable<long> repeated) = Balanced(candidates);
        long[] chosen = [.. numbers.Concat(first).Order(), .. repeated];
        return chosen.Length > 0
            ? new NumberedSource(train, chosen)
            : throw new InvalidOperationException(
                $"At least one sample must have a label or a {nameof(PseudoLabelSelection.MinConfidence)} of {selection.MinConfidence}, but none of "
                + $"{train.Count} has: lower it.");
    }

    private (IEnumerable<long> First, IEnumerable<long> Repeated) Balanced(List<(long Number, long Class, double Confidence)> candidates)
    {
        if (selection.SamplesPerClass is not { } count)
        {
            return (candidates.Select(one => one.Number), []);
        }

        long[][] classes = [.. candidates.GroupBy(one => one.Class).OrderBy(group => group.Key)
            .Select(group => group.OrderByDescending(one => one.Confidence).ThenBy(one => one.Number).Select(one => one.Number).ToArray())];
        return (
            classes.SelectMany(numbers => numbers.Take(count)),
            classes.SelectMany(numbers => Repeated(numbers, count)));
    }

    private static IEnumerable<long> Repeated(long[] numbers, int count) =>
        Enumerable.Range(numbers.Length, Math.Max(0, count - numbers.Length)).Select(place => numbers[place % numbers.Length]);

    // Batches have the numbers of the whole source, by which a cache knows the teacher's outputs.
    private sealed class NumberedSource(IDataSource source, long[] numbers) : IDataSource
    {
        public long Count => numbers.Length;

        public IReadOnlyList<int>? Lengths => field ??= source.Lengths is { } lengths ? Array.ConvertAll(numbers, number => lengths[(int)number]) : null;

        public Batch Read(Tensor indices) => source.Read(torch.tensor(Array.ConvertAll(indices.data<long>().ToArray(), index => numbers[index])));
    }
}
