namespace Distillation.Evaluation;

/// <summary>The exponential of the mean of −log p(label) over rows: of tokens, how many equally likely ones the model hesitates between.</summary>
/// <remarks>One or more; infinite where a label has probability zero.</remarks>
public sealed class Perplexity : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => false;

    /// <inheritdoc/>
    public override Tensor Measure(MetricInput input) => Shares.State(Evaluation.NegativeLogLikelihood.Costs(Require.Present(input).Classes));

    /// <inheritdoc/>
    public override double Compute(Tensor state) => Math.Exp(Shares.Of(state));
}
