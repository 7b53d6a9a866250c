namespace Distillation.Losses;

/// <summary>
/// Logit standardization: another loss sees the logits of student and teacher as z-scores, so that the student need not match the teacher's mean and scale (Sun
/// et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// The other loss sees <c>(z − mean(z)) / (std(z) + ε)</c>, for logits z of each, over the classes of each row: dimension C of [N, C], [N, T, C] or [N, C, H,
/// W]. The standard deviation is the unbiased one, with C − 1; ε is 1e-7. Layers pass unchanged. A logit of −∞ stays −∞, and its class counts neither in the
/// mean nor in the deviation. A row with NaN or +∞ becomes NaN as a whole, without a gradient: it may be one that the other loss leaves out.
/// </para>
/// <para>
/// As in the authors' code and torchdistill. The loss inside keeps its factor T². The authors' weight is 9, with <c>SoftTargetLoss(2)</c> inside.
/// </para>
/// </remarks>
/// <param name="inner">The loss that sees the z-scores.</param>
public sealed class StandardizedLoss(IDistillationLoss inner) : DelegatingLoss(inner)
{
    private const double Epsilon = 1e-7;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is one class only, whose z-score has no meaning.</exception>
    public override Tensor Compute(DistillationContext context) => Inner.Compute(Standardize(context));

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample) => Inner.Prepare(Standardize(sample));

    private static DistillationContext Standardize(DistillationContext context) =>
        Require.Present(context).With(Standardize(context.Student, "student"), context.HasTeacher ? Standardize(context.Teacher, "teacher") : null);

    private static ModelOutput Standardize(ModelOutput output, string whose)
    {
        Tensor logits = Loss.Widen(output.Logits);
        int classes = logits.dim() == 3 ? 2 : 1;
        if (logits.dim() < 2 || logits.size(classes) < 2)
        {
            throw new InvalidOperationException($"Logits are standardized over two classes at least, but the {whose} gave {Shapes.Of(logits)}.");
        }

        Tensor ruledOut = logits.Eq(double.NegativeInfinity);
        Tensor broken = logits.Lt(double.PositiveInfinity).logical_not_().any(classes, keepdim: true);
        Tensor left = RuledOut.Left(ruledOut, classes);
        Tensor open = logits.MaskedFill(ruledOut.logical_or(broken), 0);
        Tensor centered = (open - (open.sum([classes], keepdim: true) / left)).MaskedFill(ruledOut, 0);
        Tensor variance = centered.Square().sum([classes], keepdim: true) / left.Sub(1).ClampMinInPlace(1);

        // The root has no gradient at 0, where all logits are equal: there it is replaced before it is taken.
        Tensor varies = variance.Gt(0);
        Tensor deviation = torch.where(varies, variance, torch.ones_like(variance)).sqrt() * varies;
        return output.WithLogits((centered / deviation.Add(Epsilon)).MaskedFill(ruledOut, double.NegativeInfinity).MaskedFill(broken, double.NaN));
    }
}
