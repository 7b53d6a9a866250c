namespace Distillation.Losses;

/// <summary>The correlations between samples, by a Gaussian kernel, are the same to the student as to the teacher (CCKD; Peng et al., 2019).</summary>
/// <remarks>
/// <para>
/// <c>(1/N²) Σᵢⱼ (k(sᵢ, sⱼ) − k(tᵢ, tⱼ))²</c> with <c>k(x, y) = e^(−2γ) Σₚ (2γ)ᵖ/p! · (x·y)ᵖ</c>, p from 0 to the order: the Taylor series of
/// <c>exp(−γ ‖x − y‖²)</c> for vectors of length one; for layers [N, ...] flattened to [N, D], each sample divided by its L2 norm. The layers may differ in all
/// but N.
/// </para>
/// <para>
/// torchdistill's CCKDLoss leaves the division to the models. <see cref="CorrelationCongruenceLoss"/> is what RepDistiller has under the same name.
/// </para>
/// </remarks>
public sealed class KernelCongruenceLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    public KernelCongruenceLoss(Feature student, Feature teacher)
        : base(student, teacher)
    {
    }

    /// <summary>Gets how fast the kernel falls with distance, γ.</summary>
    /// <value>Positive. The default value is 0.4.</value>
    public double Gamma { get; init => field = Require.Positive(value); } = 0.4;

    /// <summary>Gets the last power of the series.</summary>
    /// <value>Positive. The default value is 2.</value>
    public int Order { get; init => field = Require.Positive(value); } = 2;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Gamma), Gamma), (nameof(Order), Order)];

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) =>
        (Kernel(student) - Kernel(teacher)).Square().mean();

    // The series by Horner's rule: 1 + x (1 + x/2 (1 + x/3 ...)).
    private Tensor Kernel(Tensor layer)
    {
        Tensor unit = UnitVectors.Of(FeatureShapes.Flat(layer), 1);
        Tensor exponent = unit.mm(unit.t()).Mul(2 * Gamma);
        Tensor series = exponent.Div(Order).Add(1);
        for (int power = Order - 1; power >= 1; power--)
        {
            series = (series * exponent).Div(power).Add(1);
        }

        return series.Mul(Math.Exp(-2 * Gamma));
    }
}
