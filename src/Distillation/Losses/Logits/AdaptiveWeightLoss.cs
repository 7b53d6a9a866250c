namespace Distillation.Losses;

/// <summary>
/// Gives each row of another loss a weight of its own, by what is measured of the row: rows that the teacher is sure of, or right about, count more, or less.
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ wᵣ · inner(r)</c> with <c>wᵣ = max(0, atZero + (atOne − atZero) · mᵣ)</c>, for the measure m of each row: a straight line through two points,
/// which goes on beyond them. The weights are constants, and the sum is divided by the number of rows, not by the sum of the weights.
/// </para>
/// <para>
/// With <see cref="RowMeasure.TeacherCorrectness"/> and the defaults the student learns from the teacher only where it is right; with
/// <see cref="RowMeasure.TeacherEntropy"/>, 1 and 0 it learns less from a teacher in doubt.
/// </para>
/// </remarks>
public sealed class AdaptiveWeightLoss : DelegatingRowLoss, IRowGradient
{
    private readonly RowMeasure _measure;

    /// <summary>Weighs the rows of a loss.</summary>
    /// <param name="inner">The loss whose rows are weighed.</param>
    /// <param name="measure">What the weights go by.</param>
    /// <param name="atZero">The weight of a row whose measure is 0; zero or positive. The default value is 0.</param>
    /// <param name="atOne">The weight of a row whose measure is 1; zero or positive. The default value is 1.</param>
    public AdaptiveWeightLoss(RowLoss inner, RowMeasure measure, double atZero = 0, double atOne = 1)
        : base(inner) => (_measure, AtZero, AtOne) = (Require.Present(measure), Require.NotNegative(atZero), Require.NotNegative(atOne));

    /// <summary>Gets the weight of a row whose measure is 0.</summary>
    public double AtZero { get; }

    /// <summary>Gets the weight of a row whose measure is 1.</summary>
    public double AtOne { get; }

    /// <inheritdoc/>
    public override IRowGradient? RowGradient => Inner.RowGradient is null ? null : this;

    internal override bool ReadsRowsAlone => base.ReadsRowsAlone && _measure.ReadsRowsAlone;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), ("Measure", _measure), (nameof(AtZero), AtZero), (nameof(AtOne), AtOne)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Inner.ComputeRows(rows) * Weights(rows);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor weights = Weights(rows);
        RowLossGradient gradient = Inner.RowGradient!.Compute(rows);
        return new(gradient.Values.mul_(weights), gradient.AtLogits.mul_(weights.unsqueeze(1)));
    }

    private Tensor Weights(LogitRows rows) => _measure.Of(rows).Mul(AtOne - AtZero).AddInPlace(AtZero).ClampMinInPlace(0);
}
