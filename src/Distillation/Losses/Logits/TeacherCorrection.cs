namespace Distillation.Losses;

/// <summary>
/// Corrects a teacher's probabilities by the labels, for a <see cref="CorrectedTeacherLoss"/>. Derive from it to correct otherwise.
/// </summary>
/// <remarks>Probabilities are logarithms, [R, C]; −∞ is the probability 0. No gradient flows through a correction.</remarks>
public abstract class TeacherCorrection : ISelfDescribing
{
    /// <summary>Gets the correction that swaps the label's probability with the largest one (PS, probability shift; Wen et al., 2019).</summary>
    /// <remarks>The teacher's probabilities keep their values, and the label has the largest. Rows of which the teacher is right stay as they are.</remarks>
    public static TeacherCorrection ProbabilityShift { get; } = new SwapCorrection();

    /// <summary>
    /// Returns the correction that replaces the rows of which the teacher is wrong by smoothed labels (LSR, label smooth regularization; Wen et al., 2019).
    /// </summary>
    /// <param name="smoothing">ε: what is spread evenly over all classes; the label has 1 − ε besides. In [0, 1]. The default value is 0.1.</param>
    /// <returns>The correction. Classes that the teacher rules out by a logit of −∞ have no part, unless one is the label.</returns>
    public static TeacherCorrection LabelSmoothing(double smoothing = 0.1) => new SmoothingCorrection(Require.InRange(smoothing, 0, 1));

    /// <summary>
    /// Returns the correction that mixes the label into every row, by as much as separates it from the other classes (MFT, minifinetuning; Belcak et al.,
    /// 2025).
    /// </summary>
    /// <param name="threshold">τ: by how much the label's probability is to be above; in [0, 1]. The default value is 0.2.</param>
    /// <returns>
    /// The correction <c>(1 − m) · p + m · [label]</c>. Where the teacher is wrong <c>m = (p_max − p_y + τ)/(1 + p_max − p_y)</c>, so that the label is τ above
    /// the class that was largest; where it is right m raises p_y to <c>min(1, p_y + τ)</c>, as in Model-Optimizer.
    /// </returns>
    public static TeacherCorrection Minifinetuning(double threshold = 0.2) => new MixingCorrection(Require.InRange(threshold, 0, 1));

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [];

    /// <summary>Corrects each row. Called without gradients.</summary>
    /// <param name="logProbabilities">The logarithms of the teacher's probabilities, [R, C].</param>
    /// <param name="labels">The class id of each row, [R] int64.</param>
    /// <returns>The logarithms of the corrected probabilities, [R, C].</returns>
    public abstract Tensor Correct(Tensor logProbabilities, Tensor labels);

    private static Tensor Largest(Tensor log) => log.argmax(1, keepdim: true);

    private sealed class SwapCorrection : TeacherCorrection
    {
        public override IEnumerable<(string Name, object? Value)> Describe() => [("Name", nameof(ProbabilityShift))];

        public override Tensor Correct(Tensor logProbabilities, Tensor labels)
        {
            Tensor label = Require.Present(labels).unsqueeze(1);
            Tensor largest = Largest(Require.Present(logProbabilities));
            return logProbabilities
                .scatter(1, largest, logProbabilities.gather(1, label))
                .scatter(1, label, logProbabilities.gather(1, largest));
        }
    }

    private sealed class SmoothingCorrection(double smoothing) : TeacherCorrection
    {
        public override IEnumerable<(string Name, object? Value)> Describe() => [("Name", nameof(LabelSmoothing)), ("Smoothing", smoothing)];

        public override Tensor Correct(Tensor logProbabilities, Tensor labels)
        {
            Tensor label = Require.Present(labels).unsqueeze(1);
            Tensor open = Require.Present(logProbabilities).Ne(double.NegativeInfinity).to(logProbabilities.dtype);
            Tensor smoothed = (open / open.sum(1, keepdim: true).ClampMin(1)).Mul(smoothing);
            smoothed = smoothed.scatter_add(1, label, KeptAliveScalar.FullLike(label, 1 - smoothing, smoothed.dtype));
            Tensor isRight = Largest(logProbabilities).eq(label);
            return torch.where(isRight, logProbabilities, smoothed.log());
        }
    }

    private sealed class MixingCorrection(double threshold) : TeacherCorrection
    {
        public override IEnumerable<(string Name, object? Value)> Describe() => [("Name", nameof(Minifinetuning)), ("Threshold", threshold)];

        public override Tensor Correct(Tensor logProbabilities, Tensor labels)
        {
            Tensor label = Require.Present(labels).unsqueeze(1);
            Tensor largest = Largest(Require.Present(logProbabilities));
            Tensor ofLabel = logProbabilities.gather(1, label).exp();
            Tensor gap = logProbabilities.gather(1, largest).exp() - ofLabel;

            // 1 − m: of a wrong row (1 − τ)/(1 + gap), of a right one (1 − min(1, p + τ))/(1 − p).
            Tensor wrong = gap.Add(1).reciprocal().Mul(1 - threshold);
            Tensor rest = ofLabel.RSub(1);
            Tensor right = rest.Sub(threshold).ClampMin(0) / rest.MaskedFill(rest.Le(0), 1);
            Tensor kept = torch.where(largest.eq(label), right, wrong);
            return logProbabilities.Add(kept.log()).scatter(1, label, (kept * ofLabel).Add(kept.RSub(1)).log());
        }
    }
}
