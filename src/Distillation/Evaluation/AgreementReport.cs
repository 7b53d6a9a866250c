using System.Globalization;

namespace Distillation.Evaluation;

/// <summary>The agreement of the outputs of two models.</summary>
public sealed record AgreementReport
{
    /// <summary>Gets the name of the task.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the number of samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the values by name: see <see cref="ModelAgreement"/>.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Gets the share of rows, or of several labels, with the same decision, in [0, 1].</summary>
    /// <exception cref="InvalidOperationException">The task has no decisions.</exception>
    public double Agreement => Value(nameof(Agreement));

    /// <summary>
    /// Gets the mean of KL(p ‖ q) = Σ_c p_c · log(p_c / q_c) in nats, p being the reference; of several labels the sum over them. Zero or positive.
    /// </summary>
    /// <exception cref="InvalidOperationException">The task has no probabilities.</exception>
    public double KullbackLeibler => Value(nameof(KullbackLeibler));

    /// <summary>Gets the mean of ½ Σ_c |p_c − q_c|, in [0, 1]; of several labels the mean of |p − q|.</summary>
    /// <exception cref="InvalidOperationException">The task has no probabilities.</exception>
    public double TotalVariation => Value(nameof(TotalVariation));

    /// <summary>Returns the values as a table.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() => Brief.Table($"Agreement, {Task}, {Samples.ToString(CultureInfo.InvariantCulture)} samples", Metrics);

    /// <inheritdoc/>
    public bool Equals(AgreementReport? other) => other is not null && Task == other.Task && Samples == other.Samples && Metrics.SequenceEqual(other.Metrics);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Task, Samples, Metrics.Values.Sum());

    /// <summary>Returns the values in one line.</summary>
    /// <returns>Such as <c>Agreement of 1000 samples: Agreement 0.95, KullbackLeibler 0.1234</c>, with 4 significant digits.</returns>
    public override string ToString() => $"Agreement of {Samples.ToString(CultureInfo.InvariantCulture)} samples: {Brief.Named(Metrics)}";

    private double Value(string name) => Metrics.TryGetValue(name, out double value)
        ? value
        : throw new InvalidOperationException($"{name} is not compared for the task {Task}, but {string.Join(", ", Metrics.Keys)}.");
}
