namespace Distillation.SmallData;

/// <summary>How hard a class of a data set is for a model that has not seen the samples that it judges.</summary>
/// <param name="Label">The class id.</param>
/// <param name="Samples">The number of samples with that label; positive.</param>
/// <param name="Errors">Of how many of them the model holds another class likelier.</param>
/// <param name="MeanProbability">The mean probability that it gives to the label, in [0, 1].</param>
public sealed record ClassDiagnosis(int Label, long Samples, long Errors, double MeanProbability)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(ClassDiagnosis), (nameof(Label), Label), (nameof(Samples), Samples), (nameof(Errors), Errors), (nameof(MeanProbability), MeanProbability));
}
