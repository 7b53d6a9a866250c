using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Refined logit distillation: how sure to be of the label, and how the classes compare that the teacher holds for less likely than the label; so its errors
/// are not taught (RLD; Sun et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (α · T₁² · KL([p_m, 1 − p_m] ‖ [q_y, 1 − q_y]) + β · T₂² · KL(p̂ ‖ q̂))</c>, for student logits s and teacher logits t, [N, C], [N, T, C] or
/// [N, C, H, W], as rows [R, C], and class ids y, [N], [N, T] or [N, H, W]. In the first part, sample confidence, p and q are softmax(tᵣ/T₁) and
/// softmax(sᵣ/T₁), and m is the teacher's most likely class, right or wrong. In the second, masked correlation, p̂ and q̂ are softmax(tᵣ/T₂) and softmax(sᵣ/T₂)
/// over the classes whose teacher logit is below that of the label; a row where there is none, or one, has the value 0.
/// </para>
/// <para>
/// The values are those of the authors' code, which masks the label itself and the classes of an equal logit too, and lets the weight rise from 0 to 1 over the
/// first 20 epochs: give the loss a weight that follows the run. It stands beside <see cref="HardLabelLoss"/>; on ImageNet the authors' β is 0.5 with T₂ = 1.
/// </para>
/// </remarks>
public sealed class RefinedLogitLoss : RowLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">α: the weight of the sample confidence; zero or positive. The default value is 1.</param>
    /// <param name="beta">β: the weight of the masked correlation; zero or positive. The default value is 8.</param>
    /// <param name="temperature">T₂: how soft the masked probabilities are; positive, at any place of the run. The default value is 4.</param>
    /// <param name="confidenceTemperature">T₁: how soft the confidence is; positive, at any place of the run. The default value is 1.</param>
    public RefinedLogitLoss(double alpha = 1, double beta = 8, Schedule? temperature = null, Schedule? confidenceTemperature = null)
    {
        Alpha = Require.NotNegative(alpha);
        Beta = Require.NotNegative(beta);
        Temperature = Loss.Temperature(temperature ?? 4);
        ConfidenceTemperature = Loss.Temperature(confidenceTemperature ?? 1);
    }

    /// <summary>Gets the weight of the sample confidence.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Alpha { get; }

    /// <summary>Gets the weight of the masked correlation.</summary>
    /// <value>Zero or positive. The default value is 8.</value>
    public double Beta { get; }

    /// <summary>Gets how soft the masked probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <summary>Gets how soft the confidence is.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule ConfidenceTemperature { get; }

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        (nameof(Alpha), Alpha),
        (nameof(Beta), Beta),
        (nameof(Temperature), Temperature),
        (nameof(ConfidenceTemperature), ConfidenceTemperature),
    ];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Confidence(rows).Mul(Alpha).Add(Correlation(rows).Mul(Beta));

    private Tensor Confidence(LogitRows rows)
    {
        double temperature = Loss.At(ConfidenceTemperature, rows.Position);
        Tensor teacher = LogBinary(rows.Teacher, rows.Teacher.argmax(1, keepdim: true), temperature);
        Tensor student = LogBinary(rows.Student, rows.Labels.unsqueeze(1), temperature);
        return TemperatureSoftmax.Divergence(teacher, student).Mul(temperature * temperature);
    }

    private Tensor Correlation(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor masked = rows.Teacher.ge(rows.Teacher.gather(1, rows.Labels.unsqueeze(1)));
        Tensor logTeacher = LogOfUnmasked(rows.Teacher, masked, temperature);
        Tensor logStudent = LogOfUnmasked(rows.Student, masked, temperature);
        Tensor teacher = logTeacher.exp().MaskedFill(masked, 0);
        return TemperatureSoftmax.Term(teacher, logTeacher - logStudent).sum(1).Mul(temperature * temperature);
    }

    // The logarithms of the probability of one class and of that of the rest, [R, 2].
    private static Tensor LogBinary(Tensor logits, Tensor column, double temperature)
    {
        Tensor cool = logits.Mul(1 / temperature);
        Tensor rest = TemperatureSoftmax.LogSum(cool.scatter(1, column, KeptAliveScalar.FullLike(column, double.NegativeInfinity, cool.dtype)));
        return functional.log_softmax(torch.cat([cool.gather(1, column), rest], 1), 1);
    }

    // What is left of a row may be nothing, or nothing but −∞: then what there is, is alike.
    private static Tensor LogOfUnmasked(Tensor logits, Tensor masked, double temperature)
    {
        Tensor left = logits.Mul(1 / temperature).MaskedFill(masked, double.NegativeInfinity);
        Tensor empty = TemperatureSoftmax.IsEmpty(left);
        left = left.MaskedFill(empty.logical_and(masked.logical_not()), 0).MaskedFill(masked.all(1, keepdim: true), 0);
        return functional.log_softmax(left, 1);
    }
}
