namespace Distillation.SmallData;

/// <summary>Fits a teacher that outputs the mean of the targets for every input: what any model of a regression must beat to know anything.</summary>
/// <remarks>
/// Of several labels it outputs the logits of the frequencies <c>(n + ½)/(N + 1)</c> for n samples with the label among N. The out-of-fold outputs are those
/// without the sample itself.
/// </remarks>
public sealed record TargetMean : ITeacherFitter
{
    private const double Prior = 0.5;

    /// <inheritdoc/>
    public string Name { get; init => field = Require.Text(value); } = "mean of the targets";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The samples have class ids: <see cref="ClassFrequencies"/> is for those.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor targets = data.RequireTargetRows(Name);
        bool areNumbers = data.Rules.IsRegression;
        Tensor sums = targets.sum(dim: 0);
        Tensor outOfFold = Outputs(sums.unsqueeze(0) - targets, data.Count - 1);
        var teacher = new LinearTeacher(
            map: null,
            torch.zeros([data.Inputs[0].numel(), data.Outputs], torch.ScalarType.Float64, data.Inputs.device),
            Outputs(sums.unsqueeze(0), data.Count).squeeze(0));
        return new FittedTeacher(teacher, outOfFold);

        Tensor Outputs(Tensor sum, long count) => areNumbers
            ? sum.Div(Math.Max(1, count))
            : sum.Add(Prior).log_().sub_(sum.RSub(count).AddInPlace(Prior).log_());
    }
}
