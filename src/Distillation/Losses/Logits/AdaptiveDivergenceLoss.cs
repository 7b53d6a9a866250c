namespace Distillation.Losses;

/// <summary>
/// Adaptive Kullback–Leibler: each row weighs forward and reverse divergence by where the student is far from the teacher, at the likely classes or in the tail
/// (AKL; Wu et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (h/(h + l) · KL(p ‖ q) + l/(h + l) · KL(q ‖ p))</c>, where p = softmax(tᵣ/T) and q = softmax(sᵣ/T), for student logits s and teacher logits t,
/// [N, C], [N, T, C] or [N, C, H, W], as rows [R, C]. <c>h = Σ |p − q|</c> is the gap over the head, the teacher's likeliest classes, the first one always and
/// as many more as have a probability of μ at most together; l is the gap over all others. The weights are constants of the gradient.
/// </para>
/// <para>
/// The values are those of the authors' code; there is no factor T². Another known implementation (TAID) takes the head from the unlikeliest classes and
/// applies it in the order of the vocabulary.
/// </para>
/// </remarks>
public sealed class AdaptiveDivergenceLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="head">μ: the probability of the head; in [0, 1]. The default value is 0.5.</param>
    /// <param name="temperature">T: how soft the probabilities are; positive, at any place of the run. The default value is 1.</param>
    public AdaptiveDivergenceLoss(double head = 0.5, Schedule? temperature = null)
    {
        Head = Require.InRange(head, 0, 1);
        Temperature = Loss.Temperature(temperature ?? 1);
    }

    /// <summary>Gets the probability of the head.</summary>
    /// <value>In [0, 1]. The default value is 0.5.</value>
    public double Head { get; }

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Head), Head), (nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor student, Tensor teacher, _) = TemperatureSoftmax.Of(rows, Temperature);
        (Tensor forward, Tensor reverse) = Weights(student, teacher);
        return TemperatureSoftmax.Term(forward, TemperatureSoftmax.Divergence(teacher, student))
            .Add(TemperatureSoftmax.Term(reverse, TemperatureSoftmax.Divergence(student, teacher)));
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        (Tensor forward, Tensor reverse) = Weights(TemperatureSoftmax.Log(rows.Student, temperature), TemperatureSoftmax.Log(rows.Teacher, temperature));
        RowLossGradient first = TemperatureSoftmax.Forward(rows, temperature, 1);
        RowLossGradient second = TemperatureSoftmax.Reverse(rows, temperature);
        return new(
            TemperatureSoftmax.Term(forward, first.Values).AddInPlace(TemperatureSoftmax.Term(reverse, second.Values)),
            first.AtLogits.mul_(forward.unsqueeze(1)).AddInPlace(second.AtLogits.mul_(reverse.unsqueeze(1))));
    }

    // Where student and teacher are equal both weights are 0, as both divergences are.
    private (Tensor Forward, Tensor Reverse) Weights(Tensor logStudent, Tensor logTeacher)
    {
        using var noGradient = torch.no_grad();
        Tensor teacher = logTeacher.exp();
        Tensor gaps = (teacher - logStudent.exp()).abs_();
        (Tensor sorted, Tensor order) = teacher.sort(1, descending: true);
        Tensor inTail = sorted.cumsum(1).Gt(Head);
        inTail.narrow(1, 0, 1).zero_();
        Tensor all = gaps.sum(1);
        Tensor tail = gaps.gather(1, order).MaskedFill(inTail.logical_not(), 0).sum(1);
        Tensor divisor = all.MaskedFill(all.Eq(0), 1);
        return ((all - tail) / divisor, tail / divisor);
    }
}
