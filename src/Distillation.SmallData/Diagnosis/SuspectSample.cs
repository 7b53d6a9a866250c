namespace Distillation.SmallData;

/// <summary>A sample whose label a model that has not learned from it contradicts: noise in the labels, or a hard case.</summary>
/// <param name="Number">Its number in the data.</param>
/// <param name="Label">Its class id.</param>
/// <param name="Predicted">The class that the model holds likeliest.</param>
/// <param name="Probability">The probability that the model gives to the label, in [0, 1].</param>
public sealed record SuspectSample(long Number, long Label, long Predicted, double Probability)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(SuspectSample), (nameof(Number), Number), (nameof(Label), Label), (nameof(Predicted), Predicted), (nameof(Probability), Probability));
}
