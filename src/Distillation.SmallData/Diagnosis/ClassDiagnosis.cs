namespace Distillation.SmallData;

/// <summary>How hard a class of a data set is for a model that has not seen the samples that it judges.</summary>
public sealed record ClassDiagnosis
{
    /// <summary>Gets the class id.</summary>
    public required long Label { get; init; }

    /// <summary>Gets the number of samples with that label; positive.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets of how many of them the model holds another class likelier.</summary>
    public required long Errors { get; init; }

    /// <summary>Gets the mean probability that it gives to the label, in [0, 1].</summary>
    public required double MeanProbability { get; init; }

    /// <summary>Describes the class.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() =>
        $"Class {Label}, {Samples} samples: {Errors} labels are contradicted, mean probability of the label {Brief.Of(MeanProbability)}.";

    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(ClassDiagnosis), (nameof(Label), Label), (nameof(Samples), Samples), (nameof(Errors), Errors), (nameof(MeanProbability), MeanProbability));
}
