using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Correlation instead of equality: the student orders the classes of each sample, and the samples of each class, as the teacher does (DIST; Huang et al.,
/// 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · (β · (1/R) Σᵣ (1 − ρ(qᵣ, pᵣ)) + γ · (1/C) Σ_c (1 − ρ(q_·c, p_·c)))</c>, where q = softmax(s/T) and p = softmax(t/T), [R, C], and ρ is Pearson's
/// correlation: over the classes of each row, then over the rows of each class; for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W],
/// as rows [R, C].
/// </para>
/// <para>
/// Rows are compared with each other: those that do not count are left out of the second part. What does not vary (a batch of one, equal logits) has the
/// correlation 0 and no gradient.
/// </para>
/// <para>
/// The values are those of torchdistill and of the authors' code for images; their code for segmentation has no temperature. Both damp the correlation of what
/// varies by less than 1e-8, with a gradient of up to 1e8: here it is 0, so that a head of zeros can begin to learn.
/// </para>
/// </remarks>
public sealed class CorrelationLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="beta">β: the weight of the correlation over classes; zero or positive. The default value is 1.</param>
    /// <param name="gamma">γ: the weight of the correlation over rows; zero or positive. The default value is 1.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public CorrelationLoss(double beta = 1, double gamma = 1, Schedule? temperature = null)
    {
        Beta = Require.NotNegative(beta);
        Gamma = Require.NotNegative(gamma);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets the weight of the correlation over classes.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Beta { get; }

    /// <summary>Gets the weight of the correlation over rows.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Gamma { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Beta), Beta), (nameof(Gamma), Gamma), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override bool ComparesSamples => Gamma > 0;

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        double scale = temperature * temperature;
        return BatchRows.Compare(rows, (studentLogits, teacherLogits) =>
        {
            Tensor ruledOut = RuledOut.ByBoth(studentLogits, teacherLogits);
            Tensor student = functional.softmax(studentLogits.Div(temperature), 1);
            Tensor teacher = functional.softmax(teacherLogits.Div(temperature), 1);
            return Correlations.Distance(student, teacher, along: 1, ruledOut)
                .Mul(scale * Beta)
                .Add(Correlations.Distance(student, teacher, along: 0, ruledOut).Mul(scale * Gamma));
        });
    }
}
