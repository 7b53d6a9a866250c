namespace Distillation.Losses;

/// <summary>
/// The mean squared error between the margins of student and teacher, by which a ranker scores the positive of a query above its negatives (Margin-MSE;
/// Hofstätter et al., 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/(R·(C − 1))) Σᵣ Σ_{c≥1} ((sᵣ₀ − sᵣ_c) − (tᵣ₀ − tᵣ_c))²</c>, for student scores s and teacher scores t of the candidates of a query, [N, C], [N, T, C]
/// or [N, C, H, W], as rows [R, C]: column 0 has the positive, the others have C − 1 ≥ 1 negatives. A constant added to all scores of a query changes nothing,
/// so that the scores of a student may lie elsewhere than those of the teacher.
/// </para>
/// <para>
/// The candidate of column 0 need not be the relevant one: only the teacher's margin counts. A query with fewer negatives has scores of −∞, of both student and
/// teacher, in the columns that are left over, and its mean is over the other negatives. Where column 0 is ruled out so, the query counts as 0. A score of −∞
/// of one model alone makes the value +∞.
/// </para>
/// <para>
/// As in sentence-transformers' <c>MarginMSELoss</c>, whose labels hold the teacher's margins, and where every query has the same number of negatives. The
/// authors have one negative for each query.
/// </para>
/// </remarks>
public sealed class MarginMseLoss : RowLoss, IRowGradient
{
    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Values(Margins(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor Difference, Tensor Count) margins = Margins(rows);
        Tensor values = Values(margins);
        Tensor atMargins = margins.Difference.MulInPlace(2).div_(margins.Count);
        return new(values, torch.cat([atMargins.sum([1], keepdim: true), atMargins.neg()], 1));
    }

    // How far the student's margins are from the teacher's, [R, C − 1], 0 where there is no margin, and the number of those that there are, [R, 1].
    private static (Tensor Difference, Tensor Count) Margins(LogitRows rows)
    {
        long negatives = rows.Classes - 1;
        Tensor absent = RuledOut.ByBoth(rows.Student, rows.Teacher);
        absent = absent.narrow(1, 1, negatives).logical_or(absent.narrow(1, 0, 1));
        Tensor difference = rows.Student - rows.Teacher;
        Tensor margins = difference.narrow(1, 0, 1) - difference.narrow(1, 1, negatives);
        return (margins.MaskedFill(absent, 0), RuledOut.Left(absent, 1));
    }

    private static Tensor Values((Tensor Difference, Tensor Count) margins) => (margins.Difference.Square() / margins.Count).sum(1);
}
