using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Distillation.Evaluation;

namespace Distillation;

/// <summary>How well a model does on labeled data. Numbers only: it may be kept.</summary>
public sealed record EvaluationReport
{
    /// <summary>Gets the name of the task, such as <c>Classification</c>.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the number of samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the value of each metric of the task by its name, in the order of the task.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Gets how often each class was taken for each class.</summary>
    /// <value><see langword="null"/> for a task without classes, and of more than 1 024 classes.</value>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Gets 15 bins of equal width of the largest probability.</summary>
    /// <value>Empty for a task without classes, and of more than 1 024 classes.</value>
    public ImmutableArray<ReliabilityBin> Reliability { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Gets the accuracy: see <see cref="Evaluation.Accuracy"/>.</summary>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    [JsonIgnore]
    public double Accuracy => this[nameof(Accuracy)];

    /// <summary>Gets the negative log-likelihood: see <see cref="Evaluation.NegativeLogLikelihood"/>.</summary>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    [JsonIgnore]
    public double NegativeLogLikelihood => this[nameof(NegativeLogLikelihood)];

    /// <summary>Gets the Brier score: see <see cref="Evaluation.BrierScore"/>.</summary>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    [JsonIgnore]
    public double BrierScore => this[nameof(BrierScore)];

    /// <summary>Gets the expected calibration error: see <see cref="Evaluation.ExpectedCalibrationError"/>.</summary>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    [JsonIgnore]
    public double ExpectedCalibrationError => this[nameof(ExpectedCalibrationError)];

    /// <summary>Gets the macro F1: see <see cref="Evaluation.MacroF1"/>.</summary>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    [JsonIgnore]
    public double MacroF1 => this[nameof(MacroF1)];

    /// <summary>Gets how many rows have their label at each rank: at index k, those whose label is beaten by exactly k classes.</summary>
    [JsonInclude]
    internal ImmutableArray<long> Ranks { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Gets the value of a metric.</summary>
    /// <param name="metric">The metric.</param>
    /// <exception cref="InvalidOperationException">The task does not have this metric.</exception>
    public double this[Metric metric] => this[Require.Present(metric).Name];

    private double this[string name] => Metrics.TryGetValue(name, out double value)
        ? value
        : throw new InvalidOperationException(
            $"{name} is no metric of this evaluation: the task {Task} has {string.Join(", ", Metrics.Keys)}. More are added by EvaluationTask.With.");

    /// <summary>Returns the share of rows whose label is among the k largest logits.</summary>
    /// <param name="k">How many count, positive; more than there are classes count as all.</param>
    /// <returns>In [0, 1]. A class beats the label if its logit is larger, or as large and its number smaller.</returns>
    /// <exception cref="InvalidOperationException">The task has no classes, or more than 1 024: see <see cref="TopKAccuracy"/>.</exception>
    public double TopK(int k)
    {
        Require.Positive(k);
        return Ranks.IsEmpty ? this[new TopKAccuracy(k)] : (double)Ranks.Take(k).Sum() / Ranks.Sum();
    }

    /// <summary>Returns the report as a table: the metrics, and with classes a line for each with precision, recall, F1 and the number of rows.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe()
    {
        var lines = new List<string> { Brief.Table($"{Task}, {Samples.ToString(CultureInfo.InvariantCulture)} samples", Metrics) };
        if (Confusion is { } confusion)
        {
            lines.Add(Row("class", "precision", "recall", "F1", "rows"));
            lines.AddRange(Enumerable.Range(0, confusion.Classes).Select(label => Row(
                Brief.Of(label),
                Brief.Of(confusion.Precision(label)),
                Brief.Of(confusion.Recall(label)),
                Brief.Of(confusion.F1(label)),
                Brief.Of(confusion.Samples(label)))));
        }

        return string.Join(Environment.NewLine, lines);

        static string Row(params string[] cells) => $"  {cells[0],-5}" + string.Concat(cells.Skip(1).Select(cell => $"  {cell,9}"));
    }

    /// <inheritdoc/>
    public bool Equals(EvaluationReport? other) =>
        other is not null && Task == other.Task && Samples == other.Samples && Metrics.SequenceEqual(other.Metrics) && Equals(Confusion, other.Confusion)
        && Reliability.SequenceEqual(other.Reliability) && Ranks.SequenceEqual(other.Ranks);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, Samples, Metrics.Values.Sum(), Confusion);

    /// <summary>Returns the task and its metrics in one line.</summary>
    /// <returns>Such as <c>Classification of 1000 samples: Accuracy 0.9123, NegativeLogLikelihood 0.2871</c>, with 4 significant digits.</returns>
    public override string ToString() =>
        $"{Task} of {Samples.ToString(CultureInfo.InvariantCulture)} samples: {Brief.Named(Metrics)}";
}
