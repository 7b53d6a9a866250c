namespace Distillation.Losses;

/// <summary>Teacher bounded regression: the student's error counts only until it is smaller than the teacher's by a margin (Chen et al., 2017).</summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ ‖s − y‖² · [‖s − y‖² + m &gt; ‖t − y‖²]</c>, for outputs s of the student and t of the teacher, [N, D] (or [N, T, D], [N, D, H, W]), as rows [R,
/// D], targets y in the same shape, or [N] where D is 1, and the margin m. Squares are summed over D.
/// </para>
/// <para>
/// The teacher is a bound, not a target: it may point the wrong way in a regression. The paper adds ν = 0.5 of it to the loss on the targets alone:
/// <c>new TargetMseLoss() + 0.5 * new BoundedRegressionLoss()</c>, with a smooth L1 loss for the former.
/// </para>
/// </remarks>
public sealed class BoundedRegressionLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="margin">
    /// m: by how much the student's squared error must be below the teacher's before it stops counting; zero or positive. The default value is 0.
    /// </param>
    public BoundedRegressionLoss(double margin = 0) => Margin = Require.NotNegative(margin);

    /// <summary>Gets by how much the student's squared error must be below the teacher's before it stops counting.</summary>
    public double Margin { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Margin), Margin)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        Tensor error = (rows.Student - rows.Targets).Square().sum(1);
        return error * Counts(rows, error);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor difference = rows.Student - rows.Targets;
        Tensor error = difference.Square().sum(1);
        Tensor counts = Counts(rows, error);
        error.mul_(counts);
        return new(error, difference.mul_(counts.MulInPlace(2).unsqueeze(1)));
    }

    // 1 for the rows whose error is not below the teacher's by the margin, [R].
    private Tensor Counts(LogitRows rows, Tensor error) => error.detach().Add(Margin).gt((rows.Teacher - rows.Targets).Square().sum(1)).to(error.dtype);
}
