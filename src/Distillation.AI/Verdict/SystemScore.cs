using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>How well a system agrees with human labels, and its costs.</summary>
public sealed record SystemScore
{
    /// <summary>Gets the name of the system.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what the system is.</summary>
    public required LabelingRole Role { get; init; }

    /// <summary>Gets the share of texts with the human label, in [0, 1].</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the interval of the accuracy (Clopper and Pearson, 1934).</summary>
    public required Interval AccuracyInterval { get; init; }

    /// <summary>Gets the mean of F1 over the classes that occur among human labels or predictions, in [0, 1].</summary>
    public required double MacroF1 { get; init; }

    /// <summary>Gets the expected calibration error of 15 bins, in [0, 1]: see <see cref="Evaluation.ExpectedCalibrationError"/>.</summary>
    /// <value><see langword="null"/> where there are no probabilities.</value>
    public double? ExpectedCalibrationError { get; init; }

    /// <summary>Gets the negative log-likelihood in nats: see <see cref="Evaluation.NegativeLogLikelihood"/>.</summary>
    /// <value><see langword="null"/> where there are no probabilities.</value>
    public double? NegativeLogLikelihood { get; init; }

    /// <summary>Gets the cost of a million texts.</summary>
    /// <value><see langword="null"/> where it is not known.</value>
    public double? CostPerMillion { get; init; }

    /// <summary>Gets what is paid once.</summary>
    /// <value>The default value is 0.</value>
    public double FixedCost { get; init; }

    /// <summary>Gets the time for one text; of a cascade the mean.</summary>
    /// <value><see langword="null"/> where it is not known.</value>
    public TimeSpan? Latency { get; init; }

    /// <summary>Describes the score.</summary>
    /// <returns>A line, with 4 significant digits.</returns>
    public string Describe()
    {
        (string Name, string Value)[] known =
        [
            ("macro F1", Figures.Of(MacroF1)),
            ("ECE", Figures.Of(ExpectedCalibrationError)),
            ("NLL", Figures.Of(NegativeLogLikelihood)),
            ("cost of a million texts", Figures.Of(CostPerMillion)),
            ("latency", Figures.Of(Latency)),
        ];
        return $"{Name}: accuracy {Figures.Of(Accuracy)} ({Figures.Of(AccuracyInterval)})"
            + string.Concat(known.Where(one => one.Value.Length > 0).Select(one => $", {one.Name} {one.Value}"));
    }

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
