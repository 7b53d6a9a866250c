namespace Distillation.Losses;

/// <summary>Attentive imitation: in a regression the student imitates the teacher, less where the teacher itself is wrong (Saputra et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ Φᵣ ‖s − t‖²</c> with <c>Φᵣ = max(0, 1 − eᵣ/η)</c> and the teacher's error <c>eᵣ = ‖t − y‖²</c>, for outputs s of the student and t of the
/// teacher, [N, D] (or [N, T, D], [N, D, H, W]), as rows [R, D], and targets y in the same shape, or [N] where D is 1. Squares are summed over D.
/// </para>
/// <para>
/// η is the range of the errors, largest less smallest: of the rows of the batch that count, where the paper takes the data set's, which
/// <see cref="ErrorRange"/> gives. Where all errors are equal, as in a batch of one, Φ is 1. The bound at 0 is not in the paper: without it a teacher all of
/// whose errors are far from 0 would push the student away.
/// </para>
/// </remarks>
public sealed class AttentiveImitationLoss : RowLoss, IRowGradient
{
    /// <summary>Gets the range of the teacher's squared errors over the data set.</summary>
    /// <value>Positive, or <see langword="null"/>: the range over each batch. The default value is <see langword="null"/>.</value>
    public double? ErrorRange { get; init => field = value is { } range ? Require.Positive(range) : null; }

    /// <inheritdoc/>
    public override bool ComparesSamples => ErrorRange is null;

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(ErrorRange), ErrorRange)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => (rows.Student - rows.Teacher).Square().sum(1) * Reliability(rows);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor difference = rows.Student - rows.Teacher;
        Tensor reliability = Reliability(rows);
        Tensor values = difference.Square().sum(1).mul_(reliability);
        return new(values, difference.mul_(reliability.MulInPlace(2).unsqueeze(1)));
    }

    // max(0, 1 − e), in the place of e.
    private static Tensor Falling(Tensor errors)
    {
        return errors.neg_().AddInPlace(1).ClampMinInPlace(0);
    }

    private Tensor Reliability(LogitRows rows)
    {
        using var noGradient = torch.no_grad();
        Tensor errors = (rows.Teacher - rows.Targets).Square().sum(1);
        if (ErrorRange is { } known)
        {
            return Falling(errors.Div(known));
        }

        Tensor? left = rows.LeftOut;
        Tensor largest = (left is null ? errors : errors.MaskedFill(left, double.NegativeInfinity)).max();
        Tensor range = largest - (left is null ? errors : errors.MaskedFill(left, double.PositiveInfinity)).min();
        Tensor slope = range.reciprocal().MaskedFillInPlace(range.Eq(0), 0);
        return Falling(errors * slope);
    }
}
