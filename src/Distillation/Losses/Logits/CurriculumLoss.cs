namespace Distillation.Losses;

/// <summary>A curriculum within each batch: only a share of its rows counts for another loss, the easiest first; the share follows the run.</summary>
/// <remarks>
/// <para>
/// <c>(1/k) Σ inner(r)</c> over the k rows of the smallest difficulty, <c>k = max(1, round(share · K))</c>, for the K rows of the batch that count; rows that a
/// mask or the ignored label rules out are not among them. Of rows of equal difficulty the first in the batch go first.
/// </para>
/// <para>A share that grows, such as <c>new Schedule.Linear(0.3, 1)</c>, goes from easy to hard; one that falls goes back.</para>
/// </remarks>
public sealed class CurriculumLoss : DelegatingRowLoss, IRowGradient
{
    private readonly RowMeasure _difficulty;

    /// <summary>Takes a share of the rows.</summary>
    /// <param name="inner">The loss whose rows are chosen.</param>
    /// <param name="difficulty">How hard a row is, such as <see cref="RowMeasure.TeacherCrossEntropy"/>.</param>
    /// <param name="share">The share of the rows that counts, in (0, 1], at any place of the run. The default is a straight line from 0.3 to 1.</param>
    public CurriculumLoss(RowLoss inner, RowMeasure difficulty, Schedule? share = null)
        : base(inner)
    {
        _difficulty = Require.Present(difficulty);
        Share = share ?? new Schedule.Linear(0.3, 1);
        if (Share is Schedule.Constant constant)
        {
            RequireShare(constant.Value);
        }
    }

    /// <summary>Gets the share of the rows that counts.</summary>
    public Schedule Share { get; }

    /// <summary>Gets which rows are taken first.</summary>
    /// <value>The default value is <see cref="CurriculumOrder.EasiestFirst"/>.</value>
    public CurriculumOrder Order { get; init => field = Require.Defined(value); }

    /// <inheritdoc/>
    public override IRowGradient? RowGradient => Inner.RowGradient is null ? null : this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), ("Difficulty", _difficulty), (nameof(Share), Share), (nameof(Order), Order)];

    /// <inheritdoc/>
    public override bool ComparesSamples => Share is not Schedule.Constant { Value: 1 } || Inner.ComparesSamples;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Inner.ComputeRows(rows) * Factors(rows);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor factors = Factors(rows);
        RowLossGradient gradient = Inner.RowGradient!.Compute(rows);
        return new(gradient.Values.mul_(factors), gradient.AtLogits.mul_(factors.unsqueeze(1)));
    }

    private static double RequireShare(double share) => Require.InRange(share, double.Epsilon, 1);

    // K/k for the rows that are taken and 0 for the others: the mean over K rows is then one over k. All of it stays on the device.
    private Tensor Factors(LogitRows rows)
    {
        using var noGradient = torch.no_grad();
        double share = RequireShare(Share.At(rows.Position));
        Tensor difficulty = _difficulty.Of(rows);
        Tensor order = Order == CurriculumOrder.HardestFirst ? difficulty.neg() : difficulty;
        Tensor counting = rows.LeftOut is { } left ? left.logical_not() : torch.ones_like(order, torch.ScalarType.Bool);
        Tensor ranks = Ranks(order.MaskedFill(counting.logical_not(), double.PositiveInfinity));
        Tensor all = counting.sum().to(torch.ScalarType.Float32);
        Tensor taken = all.Mul(share).round_().ClampMinInPlace(1);
        return ranks.lt(taken).logical_and_(counting).to(rows.Student.dtype).mul_(all.to(rows.Student.dtype) / taken.to(rows.Student.dtype));
    }

    private static Tensor Ranks(Tensor numbers)
    {
        (_, Tensor order) = numbers.sort(dim: 0, descending: false, stable: true);
        return torch.empty_like(order).scatter_(0, order, KeptAliveScalar.Arange(0, order.size(0), dtype: order.dtype, device: order.device));
    }
}
