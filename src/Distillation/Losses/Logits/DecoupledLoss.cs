using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Decoupled distillation: how sure to be of the label, and how the other classes compare, weighed apart (DKD; Zhao et al., 2022).</summary>
/// <remarks>
/// <para>
/// <c>T² · (1/R) Σᵣ (α · KL([p_y, 1 − p_y] ‖ [q_y, 1 − q_y]) + β · KL(p̂ ‖ q̂))</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), y is the label, and p̂ and
/// q̂ are the same over the other classes alone; for student logits s and teacher logits t, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and class ids y,
/// [N], [N, T] or [N, H, W].
/// </para>
/// <para>
/// With α = 1 and β = 1 − p_y of each row this is <see cref="SoftTargetLoss"/>, in which the other classes count little where the teacher is confident.
/// </para>
/// <para>The values are those of mdistiller, which lets the weight rise from 0 to 1 over the first 20 epochs: give the loss a weight that follows the run.
/// There the label is put aside by subtracting 1000 from its logit, here it is left out, so that logits of any size are right.</para>
/// </remarks>
public sealed class DecoupledLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="alpha">α: the weight of the label against the rest; zero or positive. The default value is 1.</param>
    /// <param name="beta">β: the weight of the other classes; zero or positive. The default value is 8.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 4.</param>
    public DecoupledLoss(double alpha = 1, double beta = 8, Schedule? temperature = null)
    {
        Alpha = Require.NotNegative(alpha);
        Beta = Require.NotNegative(beta);
        Temperature = Loss.Temperature(temperature ?? 4);
    }

    /// <summary>Gets the weight of the label against the rest.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public double Alpha { get; }

    /// <summary>Gets the weight of the other classes.</summary>
    /// <value>Zero or positive. The default value is 8.</value>
    public double Beta { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Alpha), Alpha), (nameof(Beta), Beta), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Split student, Split teacher, double temperature) = Take(rows);
        return Values(student, teacher).Mul(temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor column = rows.Labels.unsqueeze(1);
        NonTargetClasses student = TemperatureSoftmax.Others(rows.Student, column, temperature);
        NonTargetClasses teacher = TemperatureSoftmax.Others(rows.Teacher, column, temperature);
        double alpha = Alpha * temperature;
        double beta = Beta * temperature;
        Tensor others = teacher.Log.sub_(student.Log).MaskedFillInPlace(teacher.Probabilities.Eq(0), 0).mul_(teacher.Probabilities).sum(1, keepdim: true);
        Tensor values = TemperatureSoftmax.BinaryDivergence(teacher.LogOdds, student.LogOdds).MulInPlace(alpha).AddInPlace(others, beta).MulInPlace(temperature)
            .squeeze(1);

        // T times: at the label α · (q_y − p_y), at the others q̂ · (α · (p_y − q_y) + β) − β · p̂.
        Tensor excess = student.LogOdds.sigmoid().sub_(teacher.LogOdds.sigmoid()).MulInPlace(alpha);
        Tensor gradient = student.Probabilities.mul_(excess.neg().AddInPlace(beta)).AddInPlace(teacher.Probabilities, -Beta * temperature);
        return new(values, gradient.scatter_(1, column, excess));
    }

    private (Split Student, Split Teacher, double Temperature) Take(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor isLabel = TemperatureSoftmax.IsLabel(rows);
        return (Split.Of(rows.Student, rows, isLabel, temperature), Split.Of(rows.Teacher, rows, isLabel, temperature), temperature);
    }

    private Tensor Values(Split student, Split teacher) =>
        TemperatureSoftmax.Divergence(teacher.Log, student.Log).Mul(Alpha).Add(TemperatureSoftmax.Divergence(teacher.Others, student.Others).Mul(Beta));

    /// <param name="Log">The logarithms of the label's probability and of that of the rest, [R, 2].</param>
    /// <param name="Others">The logarithms of the probabilities of the other classes among themselves, [R, C].</param>
    private readonly record struct Split(Tensor Log, Tensor Others)
    {
        public static Split Of(Tensor logits, LogitRows rows, Tensor isLabel, double temperature)
        {
            Tensor cool = logits.Mul(1 / temperature);
            Tensor label = cool.gather(1, rows.Labels.unsqueeze(1));
            Tensor rest = TemperatureSoftmax.LogSum(cool.MaskedFill(isLabel, double.NegativeInfinity));
            return new(functional.log_softmax(torch.cat([label, rest], 1), 1), TemperatureSoftmax.LogOthers(logits, isLabel, temperature));
        }
    }
}
