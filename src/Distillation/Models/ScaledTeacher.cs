namespace Distillation.Models;

/// <summary>A teacher whose logits are divided by a temperature, so that its probabilities are calibrated (Guo et al., 2017).</summary>
public sealed class ScaledTeacher : DelegatingTeacher
{
    /// <summary>Wraps a teacher.</summary>
    /// <param name="inner">The teacher; the caller disposes it.</param>
    /// <param name="temperature">By what the logits are divided; positive.</param>
    public ScaledTeacher(ITeacher inner, double temperature)
        : base(inner) => Temperature = Require.Positive(temperature);

    /// <summary>Gets by what the logits are divided.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    public override bool AcceptsRepeatedSamples => true;

    /// <inheritdoc/>
    public override string? Fingerprint() => Inner.Fingerprint() is { } inner ? FormattableString.Invariant($"{inner} at temperature {Temperature:R}") : null;

    /// <inheritdoc/>
    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        ModelOutput output = base.Predict(batch, features);
        return new(output.Logits.Div(Temperature), output.Features.ToDictionary(feature => feature, feature => output[feature]));
    }
}
