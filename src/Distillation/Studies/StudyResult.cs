using System.Globalization;
using Distillation.Evaluation;

namespace Distillation;

/// <summary>The result of a <see cref="DistillationStudy"/>.</summary>
public sealed record StudyResult
{
    /// <summary>Gets whether the best candidate makes its student better than it is alone, on the test data.</summary>
    public required DistillationVerdict Verdict { get; init; }

    /// <summary>Gets the name of the candidate that is best on the validation data, of which the verdict is.</summary>
    public required string Best { get; init; }

    /// <summary>Gets the name of the metric.</summary>
    public required string Metric { get; init; }

    /// <summary>Gets whether a larger value of the metric is the better one.</summary>
    public required bool HigherIsBetter { get; init; }

    /// <summary>Gets the mean difference on the test data, distilled minus alone, over the pairs.</summary>
    public required double Difference { get; init; }

    /// <summary>Gets the interval in which the true difference is taken to lie: over other seeds, and over other test data of the same kind.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Gets how sure the interval is, in (0, 1).</summary>
    public required double Level { get; init; }

    /// <summary>Gets the differences over the pairs alone, as if the test data were all there is.</summary>
    public required PairedComparison Pairs { get; init; }

    /// <summary>Gets the report on the test data of the student that was trained alone, of each pair.</summary>
    public required IReadOnlyList<EvaluationReport> Alone { get; init; }

    /// <summary>Gets the report on the test data of the distilled student, of each pair.</summary>
    public required IReadOnlyList<EvaluationReport> Distilled { get; init; }

    /// <summary>Gets whether both students of a pair err equally often on the test data, of each pair; the first one is the student alone.</summary>
    /// <value>Empty for a task without classes.</value>
    public required IReadOnlyList<McNemarTest> McNemar { get; init; }

    /// <summary>Gets every candidate and every student alone, the best value of the metric first.</summary>
    public required IReadOnlyList<StudyPoint> Points { get; init; }

    /// <summary>Gets the report on the test data of the teacher.</summary>
    /// <value><see langword="null"/> where the teacher cannot be measured there, such as one that has stored the outputs of the training data alone.</value>
    public EvaluationReport? Teacher { get; init; }

    /// <summary>Gets whether the search tried all candidates; a search budget may have ended it earlier.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Gets the duration of the study, without that of an earlier one in the directory.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets the points that no other beats in both size and quality, from the smallest on: fewer parameters cost quality along this front.</summary>
    /// <returns>The points.</returns>
    public IReadOnlyList<StudyPoint> ParetoFront()
    {
        var front = new List<StudyPoint>();
        foreach (StudyPoint point in Points.Where(point => !double.IsNaN(point.Value))
            .OrderBy(point => point.Cost.Parameters)
            .ThenByDescending(point => Gain(point.Value)))
        {
            if (front.Count == 0 || Gain(point.Value) > Gain(front[^1].Value))
            {
                front.Add(point);
            }
        }

        return front;
    }

    /// <summary>Returns the verdict in a sentence.</summary>
    /// <returns>Such as <c>Distill with T = 4: Accuracy changes by +0.0123 (95 % interval +0.008 to +0.016, 5 pairs).</c></returns>
    public string Sentence()
    {
        string numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"{Metric} changes by {Difference:+0.####;-0.####;0} ({100 * Level:0.#} % interval {Interval.Low:+0.####;-0.####;0} to "
            + $"{Interval.High:+0.####;-0.####;0}, {Pairs.Pairs} pairs)");
        return Verdict switch
        {
            DistillationVerdict.Helps => $"Distill with {Best}: {numbers}.",
            DistillationVerdict.Harms => $"Do not distill: with {Best}, the best of {Candidates}, {numbers}.",
            _ => $"Distillation brings nothing here that {Pairs.Pairs} pairs show: with {Best}, the best of {Candidates}, {numbers}.",
        };
    }

    /// <summary>Returns the verdict, the students alone and distilled, and the candidates.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() => string.Join(
        Environment.NewLine,
        [
            Sentence(),
            .. Teacher is null ? Array.Empty<string>() : [$"  teacher: {Teacher}"],
            .. Alone.Zip(Distilled).Select((pair, number) => $"  pair {number + 1}: alone {Of(pair.First)}, distilled {Of(pair.Second)}"),
            .. Points.Select(point => $"  {point.Name}: {Metric} {Brief.Of(point.Value)}, {Brief.Of(point.Cost.Parameters)} parameters"
                + (point.Budget < 1 ? $", after {Brief.Of(point.Budget)} of the epochs" : "")),
        ]);

    /// <inheritdoc/>
    public override string ToString() => Sentence();

    private string Candidates => Points.Count(point => point.Name != DistillationStudy.NameAlone(point.StudentName)) is var count && count == 1
        ? "one candidate"
        : $"{count} candidates";

    private double Gain(double value) => HigherIsBetter ? value : -value;

    private string Of(EvaluationReport report) => Brief.Of(report.Metrics[Metric]);
}
