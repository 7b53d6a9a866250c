namespace Distillation.SmallData;

/// <summary>A sample whose label a model that has not learned from it contradicts: noise in the labels, or a hard case.</summary>
public sealed record SuspectSample
{
    /// <summary>Gets its number in the data.</summary>
    public required long Number { get; init; }

    /// <summary>Gets its class id.</summary>
    public required long Label { get; init; }

    /// <summary>Gets the class that the model holds likeliest.</summary>
    public required long Predicted { get; init; }

    /// <summary>Gets the probability that the model gives to the label, in [0, 1].</summary>
    public required double Probability { get; init; }

    /// <summary>Describes the sample.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"Sample {Number} has label {Label}, whose probability is {Brief.Of(Probability)}; predicted is {Predicted}.";

    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(SuspectSample), (nameof(Number), Number), (nameof(Label), Label), (nameof(Predicted), Predicted), (nameof(Probability), Probability));
}
