using Distillation.Evaluation;

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

    /// <summary>Gets for each sample its error: how often it was taken for another class, in [0, 1]; see <see cref="HeldOutMeasure"/>.</summary>
    public double[] Errors { get; }

    /// <summary>Gets for each sample its negative log-likelihood, calibrated.</summary>
    public double[] Cost { get; }

    /// <summary>Gets for each sample its negative log-likelihood, as the model outputs it.</summary>
    public double[] RawCost { get; }

    /// <summary>Scores a candidate.</summary>
    /// <param name="number">The number of the candidate.</param>
    /// <param name="isCalibrated">Whether its logits are calibrated already.</param>
    /// <param name="parts">The outputs.</param>
    /// <param name="truth">Of all samples, on the processor: class ids [M], or targets [M, C] float64.</param>
    /// <param name="outputs">C.</param>
    /// <param name="rules">Those of the task.</param>
    public static HeldOutScores Of(int number, bool isCalibrated, IReadOnlyList<SearchPart> parts, Tensor truth, long outputs, TaskRules rules)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] held = [.. parts.Select(part => torch.tensor([.. part.HeldOut]))];
        Tensor[] ids = [.. held.Select(rows => truth.index_select(0, rows))];
        Tensor[] logits = [.. parts.Select(part => torch.tensor(part.Logits[number]!, [part.HeldOut.Count, outputs], torch.ScalarType.Float64))];
        var reports = new List<EvaluationReport>();
        (SampleMeans errors, SampleMeans cost, SampleMeans rawCost) = (new(truth.size(0)), new(truth.size(0)), new(truth.size(0)));
        var measure = new HeldOutMeasure(rules, truth);
        for (int i = 0; i < parts.Count; i++)
        {
            int[] others = [.. Enumerable.Range(0, parts.Count).Where(other => other != i && parts[other].Round == parts[i].Round)];
            double temperature = isCalibrated || others.Length == 0 ? 1 : Temperature(others);
            Tensor scaled = logits[i].Div(temperature);
            reports.Add(rules.IsClassification ? Evaluator.Evaluate(scaled, ids[i]) : Evaluator.Evaluate(scaled, ids[i], rules.Task));
            Tensor? variance = rules.IsRegression ? measure.VarianceOf([.. (others.Length > 0 ? others : [i]).Select(one => logits[one] - ids[one])]) : null;
            errors.Add(parts[i].HeldOut, measure.Errors(scaled, ids[i]));
            cost.Add(parts[i].HeldOut, measure.Likelihood(scaled, ids[i], variance));
            rawCost.Add(parts[i].HeldOut, measure.Likelihood(logits[i], ids[i], variance));
        }

        return new(reports, isCalibrated ? 1 : Temperature([.. Enumerable.Range(0, parts.Count)]), errors, cost, rawCost);

        double Temperature(int[] of) => rules.Temperature(torch.cat([.. of.Select(one => logits[one])]), torch.cat([.. of.Select(one => ids[one])]));
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
