namespace Distillation.Evaluation;

/// <summary>F1 of one label of several: 2·tp / (2·tp + fp + fn), where it is predicted as present with a probability above ½. In [0, 1].</summary>
/// <param name="label">The number of the label, from 0.</param>
public sealed class LabelF1(int label) : Metric
{
    /// <summary>Gets the number of the label.</summary>
    public int Label { get; } = Require.NotNegative(label);

    /// <summary>Gets the name, such as <c>Label3F1</c>.</summary>
    public override string Name => $"Label{Label}F1";

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input)
    {
        Tensor counts = ClassCounts.Of(Require.Present(input).Presence);
        return Label < counts.size(1)
            ? counts.narrow(1, Label, 1)
            : throw new ArgumentException($"{Name} needs a label {Label}, but the output has {counts.size(1)}.", nameof(input));
    }

    /// <inheritdoc/>
    public override double Compute(Tensor state) => ClassCounts.F1(ClassCounts.Read(Require.Present(state))[0]);
}
