namespace Distillation.SmallData;

/// <summary>The error and the negative log-likelihood of each held-out sample.</summary>
internal sealed class HeldOutMeasure(TaskRules rules, Tensor truth)
{
    // Residuals of a model that interpolates the targets would have no likelihood at all.
    private const double SmallestShare = 1e-6;

    private readonly Tensor? _spread = rules.IsRegression ? truth.var([0], unbiased: false).ClampMin(double.Epsilon) : null;

    /// <summary>
    /// Returns for each sample [N]: whether it is taken for another class; of several labels the share of those that are wrong; of a regression the squared
    /// error over the variance of the targets, whose mean is 1 − R².
    /// </summary>
    public Tensor Errors(Tensor outputs, Tensor expected) => rules.IsClassification
        ? outputs.argmax(1).ne(expected).to(torch.ScalarType.Float64)
        : _spread is null
            ? outputs.Gt(0).ne(expected.Gt(0.5)).to(torch.ScalarType.Float64).mean([1])
            : ((outputs - expected).Square() / _spread).mean([1]);

    /// <summary>Returns for each sample [N] its negative log-likelihood; of a regression that of normal errors, the mean over the targets.</summary>
    public Tensor Likelihood(Tensor outputs, Tensor expected, Tensor? variance) => variance is null
        ? rules.Costs(outputs, expected)
        : ((outputs - expected).Square() / variance).Add(variance.log().Add(Math.Log(2 * Math.PI))).Mul(0.5).mean([1]);

    /// <summary>Returns the variance of normal errors, for each target.</summary>
    public Tensor VarianceOf(IReadOnlyList<Tensor> residuals) => torch.maximum(torch.cat([.. residuals]).Square().mean([0]), _spread!.Mul(SmallestShare));
}
