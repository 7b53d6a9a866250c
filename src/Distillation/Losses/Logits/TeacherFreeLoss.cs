namespace Distillation.Losses;

/// <summary>
/// Distillation without a teacher: a virtual one gives the label a high probability and spreads the rest evenly (Tf-KD regularization; Yuan et al., 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ KL(u ‖ softmax(sᵣ))</c> with u = softmax(v/T), where v is a at the label and (1 − a)/(C − 1) at the other classes; for student logits s, [N, C],
/// [N, T, C] or [N, C, H, W], as rows [R, C], and class ids, [N], [N, T] or [N, H, W].
/// </para>
/// <para>
/// It follows the authors' code: the softmax is taken of probabilities, so that u is nearly even at T = 20; the student's logits are not softened; there is no
/// factor T². The code takes the mean over all elements and multiplies it; here it is the mean over rows, which is the code's value with the number of classes
/// as the multiplier (100 on CIFAR-100). It is meant to stand beside <see cref="HardLabelLoss"/>: there 0.9 of it, and 0.1 of this.
/// </para>
/// </remarks>
public sealed class TeacherFreeLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="probability">a: what the virtual teacher gives to the label; in [0, 1]. The default value is 0.99.</param>
    /// <param name="temperature">T: how soft the virtual teacher is; positive, at any place of the run. The default value is 20.</param>
    public TeacherFreeLoss(double probability = 0.99, Schedule? temperature = null)
    {
        Probability = Require.InRange(probability, 0, 1);
        Temperature = Loss.Temperature(temperature ?? 20);
    }

    /// <summary>Gets what the virtual teacher gives to the label, before it is softened.</summary>
    /// <value>In [0, 1]. The default value is 0.99.</value>
    public double Probability { get; }

    /// <summary>Gets how soft the virtual teacher is.</summary>
    /// <value>Positive. The default value is 20.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Probability), Probability), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Divergence(Target(rows), TemperatureSoftmax.Log(rows.Student, 1), rows);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        SmoothedTarget target = Target(rows);
        (Tensor log, Tensor probabilities) = TemperatureSoftmax.Both(rows.Student, 1);
        return new(Divergence(target, log, rows), target.Gradient(probabilities, rows.Labels));
    }

    private static Tensor Divergence(SmoothedTarget target, Tensor log, LogitRows rows)
    {
        double entropy = -Term(target.Label) - ((rows.Classes - 1) * Term(target.Other));
        return target.CrossEntropy(log, rows.Labels).SubInPlace(entropy);
    }

    private static double Term(double probability) => probability == 0 ? 0 : probability * Math.Log(probability);

    private SmoothedTarget Target(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        double others = Math.Max(rows.Classes - 1, 1);
        double above = (Probability - ((1 - Probability) / others)) / temperature;

        // The larger of the two exponentials is 1.
        double label = Math.Exp(Math.Min(above, 0));
        double other = Math.Exp(Math.Min(-above, 0));
        double sum = label + ((rows.Classes - 1) * other);
        return new(label / sum, other / sum);
    }
}
