using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The student's divergence from a mixture of both: it seeks the teacher's largest modes, with a gradient that stays small where the teacher rules out what
/// the student outputs (DistiLLM; Ko et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ KL(q ‖ λ · q + (1 − λ) · p)</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and teacher logits t, [N, C], [N, T, C] or
/// [N, C, H, W], as rows [R, C]. λ = 0 is KL(q ‖ p). There is no factor T².
/// </para>
/// </remarks>
public sealed class SkewReverseDivergenceLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="skew">λ: the student's share of the mixture; in [0, 1). The default value is 0.1.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public SkewReverseDivergenceLoss(double skew = 0.1, Schedule? temperature = null)
    {
        Skew = Require.BelowOne(skew);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets the student's share of the mixture.</summary>
    /// <value>In [0, 1). The default value is 0.1.</value>
    public double Skew { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Skew), Skew), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = TemperatureSoftmax.Of(rows, Temperature);
        if (Skew == 0)
        {
            return TemperatureSoftmax.Divergence(student, teacher);
        }

        student = TemperatureSoftmax.Bound(student);
        return TemperatureSoftmax.Divergence(student, TemperatureSoftmax.Mix(Skew, student, TemperatureSoftmax.Bound(teacher)));
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        if (Skew == 0)
        {
            return TemperatureSoftmax.Reverse(rows, temperature);
        }

        (Tensor log, Tensor student) = TemperatureSoftmax.Both(rows.Student, temperature);
        double odds = Math.Log(Skew / (1 - Skew));
        double logSkew = Math.Log(Skew);

        // λ · q/m = σ(x) with x = log q − log p + log(λ/(1 − λ)). At q the gradient is log(q/m) − λ · q/m, up to a constant.
        Tensor x = log.ClampMinInPlace(Loss.MinLogarithm)
            .sub_(TemperatureSoftmax.Log(rows.Teacher, temperature).ClampMinInPlace(Loss.MinLogarithm))
            .AddInPlace(odds);
        Tensor logs = functional.logsigmoid(x);
        Tensor values = (logs * student).sum(1).SubInPlace(logSkew);
        return new(values, TemperatureSoftmax.ToLogits(logs.sub_(x.sigmoid_()), student, temperature));
    }
}
