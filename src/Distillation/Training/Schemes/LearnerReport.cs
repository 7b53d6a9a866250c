namespace Distillation.Training;

/// <summary>How a learner did since the last report.</summary>
/// <param name="Loss">The mean loss a sample; not a number where there was no sample.</param>
/// <param name="Terms">The mean of each term, without its weight, by name.</param>
/// <param name="LearningRate">The learning rate of the last update.</param>
/// <param name="GradientNorm">The L2 norm of the last update's gradient before clipping, where <see cref="UpdateOptions.ClipNorm"/> is set.</param>
public sealed record LearnerReport(double Loss, IReadOnlyDictionary<string, double> Terms, double LearningRate, double? GradientNorm)
{
    /// <inheritdoc/>
    public override string ToString() => Brief.Of(
        nameof(LearnerReport), (nameof(Loss), Loss), (nameof(Terms), Terms), (nameof(LearningRate), LearningRate), (nameof(GradientNorm), GradientNorm));
}
