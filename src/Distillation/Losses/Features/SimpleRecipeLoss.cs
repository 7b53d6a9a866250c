namespace Distillation.Losses;

/// <summary>
/// The student's layer, projected and normalized over the batch, matches the teacher's by a logarithm that softens large differences (SRD; Miles and
/// Mikolajczyk, 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>log Σ |b(p(s)) − b(t)|^α</c>, where p is a linear map and b takes off the mean of each feature over the batch and divides by its standard deviation
/// <c>√(σ² + 1e-4)</c>; maps [N, C, H, W] are averaged over their places, and layers [N, T, D] are N·T rows.
/// </para>
/// <para>
/// As in the authors' code: the normalization has no parameters, α is 4, and the loss has the weight 2, beside soft targets with T = 1. The sum under the
/// logarithm is not divided by N, which moves the value, not the gradient. Where both layers agree to the last digit, or there is one sample, the value is that
/// of a sum of 1e-30, with no gradient.
/// </para>
/// </remarks>
public sealed class SimpleRecipeLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    /// <param name="connector">What projects the student's layer; a linear map of its channels if not given.</param>
    public SimpleRecipeLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector ?? new ProjectorEnsembleConnector { Count = 1, Rectified = false })
    {
    }

    /// <summary>Gets the exponent α.</summary>
    /// <value>At least 1. The default value is 4.</value>
    public double Exponent { get; init => field = Require.InRange(value, 1, 100); } = 4;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(Exponent), Exponent)];

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    private protected override Tensor? LeftOut(DistillationContext context, Tensor layer) => PlaceMask.OfStates(context, layer);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (Tensor left, Tensor right) = (Rows(student), Rows(teacher));
        FeatureShapes.RequireSame(left, right);
        Tensor? leftOut = LeftOut(context, student)?.reshape(-1, 1);
        Tensor value = (Normalize(left, leftOut) - Normalize(right, leftOut)).abs().Pow(Exponent).sum().ClampMin(1e-30).log();
        return leftOut is null ? value : value.MaskedFill(leftOut.all(), 0);
    }

    private static Tensor Rows(Tensor layer) => layer.dim() == 4 ? layer.mean([2, 3]) : layer.reshape(-1, layer.size(-1));

    // Rows that do not count are zeros before and after.
    private static Tensor Normalize(Tensor rows, Tensor? leftOut)
    {
        Tensor centered = leftOut is null ? rows - Mean(rows, null) : (rows - Mean(rows.MaskedFill(leftOut, 0), leftOut)).MaskedFill(leftOut, 0);
        return centered / Mean(centered.Square(), leftOut).Add(1e-4).sqrt();
    }

    private static Tensor Mean(Tensor rows, Tensor? leftOut) =>
        leftOut is null ? rows.mean([0], keepdim: true) : rows.sum(0, keepdim: true) / RuledOut.Left(leftOut, 0);
}
