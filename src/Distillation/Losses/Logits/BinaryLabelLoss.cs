using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with labels that may name several classes: for each class on its own, present or not.</summary>
/// <remarks>
/// <para><c>−(1/(R·C)) Σᵣ Σ_c w_c (v_c · y · log σ(s) + (1 − y) · log(1 − σ(s)))</c>, for student logits s, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and labels y in [0, 1] of a floating type in the same shape;
/// w are <see cref="ClassWeights"/> and v <see cref="PositiveWeights"/>, 1 where they are not given.</para>
/// <para>As PyTorch's <c>BCEWithLogitsLoss</c>: the mean is over all elements, and is not divided by the weights.</para>
/// </remarks>
public sealed class BinaryLabelLoss : RowLoss, IRowGradient
{
    /// <summary>Gets how much each class counts.</summary>
    /// <value>A positive or zero weight for each class, or <see langword="null"/>: all count the same. The default value is <see langword="null"/>.</value>
    public IReadOnlyList<double>? ClassWeights { get; init => field = Checked(value, nameof(ClassWeights)); }

    /// <summary>Gets how much the presence of each class counts beside its absence: more than 1 for a rare class.</summary>
    /// <value>A positive or zero weight for each class, or <see langword="null"/>: the same. The default value is <see langword="null"/>.</value>
    public IReadOnlyList<double>? PositiveWeights { get; init => field = Checked(value, nameof(PositiveWeights)); }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), (nameof(ClassWeights), ClassWeights), (nameof(PositiveWeights), PositiveWeights)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Values(rows, Present(rows), Absent(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor present = Present(rows);
        Tensor absent = Absent(rows);
        Tensor both = absent.Plus(present);

        // log(1 − σ(s)) is log σ(s) − s as well.
        Tensor values = functional.logsigmoid(rows.Student).mul_(both).sub_(absent.mul_(rows.Student)).sum(1).TimesInPlace(-1.0 / rows.Classes);
        return new(values, both.mul_(rows.Student.sigmoid()).sub_(present).TimesInPlace(1.0 / rows.Classes));
    }

    private static double[]? Checked(IReadOnlyList<double>? weights, string property) =>
        weights is null ? null : [.. weights.Select(weight => Require.NotNegative(weight, property))];

    private static Tensor Values(LogitRows rows, Tensor present, Tensor absent) =>
        (present * functional.logsigmoid(rows.Student)).Plus(absent * functional.logsigmoid(-rows.Student)).mean([1]).neg();

    private static Tensor Weigh(Tensor part, IReadOnlyList<double>? weights, string property)
    {
        if (weights is null)
        {
            return part;
        }

        return weights.Count == part.size(1)
            ? part * torch.tensor([.. weights], part.dtype, part.device)
            : throw new InvalidOperationException($"{property} must have one weight for each of the student's {part.size(1)} outputs, but has {weights.Count}.");
    }

    // What stands in front of log σ(s), [R, C].
    private Tensor Present(LogitRows rows) =>
        Weigh(Weigh(rows.LabelProbabilities, PositiveWeights, nameof(PositiveWeights)), ClassWeights, nameof(ClassWeights));

    // What stands in front of log(1 - σ(s)), [R, C]; fresh.
    private Tensor Absent(LogitRows rows) => Weigh(rows.LabelProbabilities.TakenFrom(1), ClassWeights, nameof(ClassWeights));
}
