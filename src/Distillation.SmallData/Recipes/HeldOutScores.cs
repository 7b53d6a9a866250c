using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>What a candidate did on each sample that was held out, calibrated by the other parts.</summary>
internal sealed class HeldOutScores
{
    private HeldOutScores(IReadOnlyList<EvaluationReport> reports, double temperature, SampleMeans errors, SampleMeans cost, SampleMeans rawCost)
    {
        Reports = reports;
        Temperature = temperature;
        Errors = errors.Values;
        Cost = cost.Values;
        RawCost = rawCost.Values;
    }

    public IReadOnlyList<EvaluationReport> Reports { get; }

    /// <summary>Gets the temperature of all held-out logits.</summary>
    public double Temperature { get; }

    /// <summary>Gets for each sample how often it was taken for another class, in [0, 1].</summary>
    public double[] Errors { get; }

    /// <summary>Gets for each sample its negative log-likelihood, calibrated.</summary>
    public double[] Cost { get; }

    /// <summary>Gets for each sample its negative log-likelihood, as the model outputs it.</summary>
    public double[] RawCost { get; }

    /// <summary>Scores a candidate.</summary>
    /// <param name="number">The number of the candidate.</param>
    /// <param name="isCalibrated">Whether its logits are calibrated already.</param>
    /// <param name="parts">The outputs.</param>
    /// <param name="labels">The class ids of all samples, on the processor.</param>
    /// <param name="classes">C.</param>
    public static HeldOutScores Of(int number, bool isCalibrated, IReadOnlyList<SearchPart> parts, Tensor labels, long classes)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] held = [.. parts.Select(part => torch.tensor([.. part.HeldOut]))];
        Tensor[] ids = [.. held.Select(rows => labels.index_select(0, rows))];
        Tensor[] logits = [.. parts.Select(part => torch.tensor(part.Logits[number]!, [part.HeldOut.Count, classes], torch.ScalarType.Float64))];
        var reports = new List<EvaluationReport>();
        (SampleMeans errors, SampleMeans cost, SampleMeans rawCost) = (new(labels.numel()), new(labels.numel()), new(labels.numel()));
        for (int i = 0; i < parts.Count; i++)
        {
            int[] others = [.. Enumerable.Range(0, parts.Count).Where(other => other != i && parts[other].Round == parts[i].Round)];
            double temperature = isCalibrated || others.Length == 0 ? 1 : Temperature(others);
            Tensor scaled = logits[i].Div(temperature);
            reports.Add(Evaluator.Evaluate(scaled, ids[i]));
            errors.Add(parts[i].HeldOut, scaled.argmax(1).ne(ids[i]).to(torch.ScalarType.Float64));
            cost.Add(parts[i].HeldOut, functional.cross_entropy(scaled, ids[i], reduction: Reduction.None));
            rawCost.Add(parts[i].HeldOut, functional.cross_entropy(logits[i], ids[i], reduction: Reduction.None));
        }

        return new(reports, isCalibrated ? 1 : Temperature([.. Enumerable.Range(0, parts.Count)]), errors, cost, rawCost);

        double Temperature(int[] of) => TemperatureScaling.Fit(torch.cat([.. of.Select(one => logits[one])]), torch.cat([.. of.Select(one => ids[one])]));
    }

    /// <summary>The mean over the rounds of a number that each sample has.</summary>
    private sealed class SampleMeans(long samples)
    {
        private readonly double[] _sums = new double[samples];
        private readonly int[] _counts = new int[samples];

        /// <summary>Gets the means, of the samples that were held out.</summary>
        public double[] Values => [.. Enumerable.Range(0, _sums.Length).Where(i => _counts[i] > 0).Select(i => _sums[i] / _counts[i])];

        public void Add(IReadOnlyList<long> numbers, Tensor values)
        {
            double[] each = values.data<double>().ToArray();
            for (int i = 0; i < each.Length; i++)
            {
                _sums[numbers[i]] += each[i];
                _counts[numbers[i]]++;
            }
        }
    }
}
