namespace Distillation.Evaluation;

/// <summary>The coefficient of determination, R² = 1 − Σ(ŷ − y)² / Σ(y − ȳ)²; of several outputs the mean of theirs. At most 1.</summary>
/// <remarks>
/// It equals scikit-learn's <c>r2_score</c>: targets that are all the same give 1 for predictions without error, and 0 otherwise. NaN of fewer than two rows.
/// </remarks>
public sealed class R2Score : Metric
{
    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override MetricReduction Reduction => MetricReduction.Concatenate;

    /// <summary>Returns the number of rows, and for each output the mean of the targets, the sum of their squared deviations and that of the errors.</summary>
    /// <param name="input">The output of the model beside the labels.</param>
    /// <returns>[1, 4, D]: each batch has its own mean, so that a large mean of all costs no digits.</returns>
    public override Tensor Measure(MetricInput input)
    {
        (Tensor predictions, Tensor targets) = (Require.Present(input).Targets.Predictions, input.Targets.Targets);
        Tensor mean = targets.size(0) == 0 ? torch.zeros_like(targets.sum([0])) : Mean(targets);
        Tensor count = KeptAliveScalar.FullLike(mean, targets.size(0));
        return torch.stack([count, mean, (targets - mean).Square().sum([0]), (predictions - targets).Square().sum([0])]).unsqueeze(0);
    }

    /// <inheritdoc/>
    public override double Compute(Tensor state)
    {
        Tensor counts = Require.Present(state).select(1, 0);
        if (counts.select(1, 0).sum().item<double>() < 2)
        {
            return double.NaN;
        }

        // Batches without rows have no mean.
        state = state.index_select(0, counts.select(1, 0).nonzero().squeeze(1));
        (counts, Tensor means) = (state.select(1, 0), state.select(1, 1));

        // Deviations within the batches, and of their means from the common one (Chan, Golub and LeVeque, 1979).
        Tensor mean = Mean(means, counts);
        double[] total = Shares.Numbers(state.select(1, 2).sum([0]).Add((counts * (means - mean).Square()).sum([0])));
        double[] errors = Shares.Numbers(state.select(1, 3).sum([0]));
        return total.Zip(errors).Average(one => one.First > 0 ? 1 - (one.Second / one.First) : one.Second > 0 ? 0 : 1);
    }

    // From the first number, so that the mean of equal ones is exactly theirs: then they deviate by nothing.
    private static Tensor Mean(Tensor rows, Tensor? counts = null)
    {
        Tensor first = rows.narrow(0, 0, 1);
        Tensor further = rows - first;
        return (counts is null ? further.mean([0]) : (counts * further).sum([0]).div(counts.sum([0]))).Add(first.squeeze(0));
    }
}
