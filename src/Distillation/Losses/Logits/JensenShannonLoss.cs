using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The generalized Jensen–Shannon divergence: between covering all modes of the teacher and seeking its largest one (GKD; Agarwal et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (β · KL(p ‖ m) + (1 − β) · KL(q ‖ m))</c> with m = β · p + (1 − β) · q, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and
/// teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. At the ends, where the formula is 0, β = 0 is KL(p ‖ q), as in
/// <see cref="SoftTargetLoss"/>, and β = 1 is KL(q ‖ p).
/// </para>
/// <para>The values are those of TRL's GKD trainer: there is no factor T².</para>
/// </remarks>
public sealed class JensenShannonLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="beta">β: from KL(p ‖ q) at 0 to KL(q ‖ p) at 1; in [0, 1]. The default value is 0.5.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public JensenShannonLoss(double beta = 0.5, Schedule? temperature = null)
    {
        Beta = Require.InRange(beta, 0, 1);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets where between the two divergences the loss is.</summary>
    /// <value>In [0, 1]. The default value is 0.5.</value>
    public double Beta { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Beta), Beta), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = TemperatureSoftmax.Of(rows, Temperature);
        return Divergence(student, teacher, Beta);
    }

    /// <summary>The divergence of each row, [R], from log-probabilities [R, C].</summary>
    internal static Tensor Divergence(Tensor student, Tensor teacher, double beta) => beta switch
    {
        0 => TemperatureSoftmax.Divergence(teacher, student),
        1 => TemperatureSoftmax.Divergence(student, teacher),
        _ => Between(TemperatureSoftmax.Bound(student), TemperatureSoftmax.Bound(teacher), beta),
    };

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        if (Beta is 0 or 1)
        {
            return Beta == 0 ? TemperatureSoftmax.Forward(rows, temperature, 1) : TemperatureSoftmax.Reverse(rows, temperature);
        }

        ((Tensor logStudent, Tensor student), (Tensor logTeacher, Tensor teacher)) = TemperatureSoftmax.BothOf(rows, temperature);
        double odds = Math.Log((1 - Beta) / Beta);
        double entropy = -(Beta * Math.Log(Beta)) - ((1 - Beta) * Math.Log(1 - Beta));

        // (1 − β) · q/m = σ(x) and β · p/m = σ(−x) with x = log q − log p + log((1 − β)/β); and log σ(−x) = log σ(x) − x.
        Tensor x = logStudent.ClampMinInPlace(Loss.MinLogarithm).sub_(logTeacher.ClampMinInPlace(Loss.MinLogarithm)).AddInPlace(odds);
        Tensor log = functional.logsigmoid(x);
        Tensor ofTeacher = (log - x).mul_(teacher).sum(1);
        Tensor terms = log.mul_(student);
        Tensor ofStudent = terms.sum(1, keepdim: true);
        Tensor values = ofTeacher.MulInPlace(Beta).AddInPlace(ofStudent.squeeze(1), 1 - Beta).AddInPlace(entropy);
        return new(values, terms.sub_(student.mul_(ofStudent)).MulInPlace((1 - Beta) / temperature));
    }

    private static Tensor Between(Tensor student, Tensor teacher, double beta)
    {
        Tensor mixed = TemperatureSoftmax.Mix(beta, teacher, student);
        return TemperatureSoftmax.Divergence(teacher, mixed).Mul(beta).Add(TemperatureSoftmax.Divergence(student, mixed).Mul(1 - beta));
    }
}
