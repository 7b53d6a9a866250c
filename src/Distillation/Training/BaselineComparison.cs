using System.Globalization;
using Distillation.Evaluation;

namespace Distillation;

/// <summary>A distilled student against the same student trained alone, from the same starting weights, with the same options and seed.</summary>
/// <remarks>
/// The interval is over other validation data of the same kind, not over other seeds, and validation data by which an epoch was chosen favors both: a
/// <see cref="DistillationStudy"/> covers seeds, and decides on data of its own.
/// </remarks>
public sealed record BaselineComparison
{
    /// <summary>Gets whether distillation made the student better on the validation data.</summary>
    public required DistillationVerdict Verdict { get; init; }

    /// <summary>Gets the name of the metric: that by which the best epoch is chosen, or else the first of the task.</summary>
    public required string Metric { get; init; }

    /// <summary>Gets the difference of the metric, distilled minus alone.</summary>
    public required double Difference { get; init; }

    /// <summary>Gets the interval, with 95 % confidence, in which the difference of these two models is taken to lie on other data.</summary>
    public required Interval Interval { get; init; }

    /// <summary>Gets the report of the student that was trained alone.</summary>
    public required EvaluationReport Alone { get; init; }

    /// <summary>Gets the report of the distilled student.</summary>
    public required EvaluationReport Distilled { get; init; }

    /// <summary>Gets whether both err equally often; the first one is the student alone.</summary>
    /// <value><see langword="null"/> for a task without classes.</value>
    public McNemarTest? McNemar { get; init; }

    /// <summary>Gets the run in which the student was trained alone.</summary>
    public required TrainingResult Training { get; init; }

    /// <summary>Returns the verdict in a sentence.</summary>
    /// <returns>Such as <c>Accuracy changes by +0.0123 (95 % interval +0.008 to +0.016): distillation helps.</c></returns>
    public string Sentence()
    {
        string verdict = Verdict switch
        {
            DistillationVerdict.Helps => "distillation helps",
            DistillationVerdict.Harms => "distillation harms",
            _ => "no difference is established",
        };
        string numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"{Metric} changes by {Difference:+0.####;-0.####;0} (95 % interval {Interval.Low:+0.####;-0.####;0} to {Interval.High:+0.####;-0.####;0})");
        return $"{numbers}: {verdict}.";
    }

    /// <summary>Returns the comparison in words.</summary>
    /// <returns>Three lines.</returns>
    public string Describe() => string.Join(Environment.NewLine, [Sentence(), $"  alone: {Alone}", $"  distilled: {Distilled}"]);

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(BaselineComparison), (nameof(Verdict), Verdict), (nameof(Metric), Metric), (nameof(Difference), Difference), (nameof(Interval), Interval));
}
