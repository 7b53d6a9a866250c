namespace Distillation.Losses;

/// <summary>
/// Mean squared error to the teacher's logits, which grow in levels from a fraction of themselves to the whole (annealing knowledge distillation; Jafari
/// et al., 2021).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/(R·C)) Σᵣ Σ_c (sᵣ_c − φ·tᵣ_c)²</c> with <c>φ = (k + 1)/τ</c> and <c>k = min(⌊f·τ⌋, τ − 1)</c>, for student logits s and teacher logits t, [N, C],
/// [N, T, C] or [N, C, H, W], as rows [R, C]; f is how much of the run is done, and τ is <see cref="Levels"/>.
/// </para>
/// <para>
/// It is the first of the paper's two phases. The second trains on the labels alone: two stages of a <see cref="Training.StagedTrainer"/>, this loss and
/// <see cref="HardLabelLoss"/>. As in the authors' code, whose τ is 10 and where a level is a number of whole epochs.
/// </para>
/// </remarks>
public sealed class AnnealedTeacherLoss : RowLoss, IRowGradient
{
    private readonly LogitMseLoss _meanSquaredError = new();

    /// <summary>Creates the loss.</summary>
    /// <param name="levels">τ: the number of levels, positive. 1 is <see cref="LogitMseLoss"/>. The default value is 10.</param>
    public AnnealedTeacherLoss(int levels = 10) => Levels = Require.Positive(levels);

    /// <summary>Gets the number of levels, the largest temperature of the paper.</summary>
    /// <value>Positive. The default value is 10.</value>
    public int Levels { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Levels), Levels)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => _meanSquaredError.ComputeRows(Annealed(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows) => _meanSquaredError.RowGradient.Compute(Annealed(rows));

    private LogitRows Annealed(LogitRows rows)
    {
        double level = Math.Min(Math.Floor(rows.Position.Fraction * Levels), Levels - 1);
        return rows.With(rows.Student, rows.Teacher.Mul((level + 1) / Levels));
    }
}
