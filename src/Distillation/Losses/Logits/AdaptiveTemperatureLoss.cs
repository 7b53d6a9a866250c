namespace Distillation.Losses;

/// <summary>
/// Gives each row of another loss a temperature of its own, by what is measured of the row: targets that are too sharp are softened, and those that are soft
/// already are not.
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ Tᵣ² · inner(sᵣ/Tᵣ, tᵣ/Tᵣ)</c> with <c>Tᵣ = atZero + (atOne − atZero) · min(max(mᵣ, 0), 1)</c>, for student logits s, teacher logits t and the
/// measure m of each row. The temperatures are constants: they lie between the two that are given.
/// </para>
/// <para>A temperature of the loss inside comes on top: give it 1.</para>
/// </remarks>
public sealed class AdaptiveTemperatureLoss : DelegatingRowLoss, IRowGradient
{
    private readonly RowMeasure _measure;

    /// <summary>Returns each row of a loss a temperature.</summary>
    /// <param name="inner">The loss that sees the softened logits, such as <c>new SoftTargetLoss(1)</c>.</param>
    /// <param name="measure">What the temperatures go by.</param>
    /// <param name="atZero">The temperature of a row whose measure is 0; positive. The default value is 1.</param>
    /// <param name="atOne">The temperature of a row whose measure is 1; positive. The default value is 4.</param>
    public AdaptiveTemperatureLoss(RowLoss inner, RowMeasure measure, double atZero = 1, double atOne = 4)
        : base(inner) => (_measure, AtZero, AtOne) = (Require.Present(measure), Require.Positive(atZero), Require.Positive(atOne));

    /// <summary>Gets the temperature of a row whose measure is 0.</summary>
    public double AtZero { get; }

    /// <summary>Gets the temperature of a row whose measure is 1.</summary>
    public double AtOne { get; }

    /// <inheritdoc/>
    public override IRowGradient? RowGradient => Inner.RowGradient is null ? null : this;

    internal override bool ReadsRowsAlone => base.ReadsRowsAlone && _measure.ReadsRowsAlone;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), ("Measure", _measure), (nameof(AtZero), AtZero), (nameof(AtOne), AtOne)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        Tensor temperatures = Temperatures(rows);
        return Inner.ComputeRows(Soften(rows, temperatures)) * temperatures.Square();
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor temperatures = Temperatures(rows);
        RowLossGradient gradient = Inner.RowGradient!.Compute(Soften(rows, temperatures));
        return new(gradient.Values.mul_(temperatures.Square()), gradient.AtLogits.mul_(temperatures.unsqueeze(1)));
    }

    private static LogitRows Soften(LogitRows rows, Tensor temperatures)
    {
        Tensor column = temperatures.unsqueeze(1);
        return rows.With(rows.Student / column, rows.HasTeacher ? rows.Teacher / column : null);
    }

    private Tensor Temperatures(LogitRows rows) => _measure.Of(rows).Clamp(0, 1).Mul(AtOne - AtZero).Add(AtZero);
}
