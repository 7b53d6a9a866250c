using System.Globalization;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with labels that may name several classes: for each class on its own, present or not.</summary>
/// <remarks>
/// <para>
/// <c>−(1/(R·C)) Σᵣ Σ_c w_c (v_c · y · log σ(s) + (1 − y) · log(1 − σ(s)))</c>, for student logits s, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and
/// labels y in [0, 1] in the same shape, of any type: booleans, integers or floating; for a single output, C = 1, also one label for each row: [N], [N, T] or
/// [N, H, W]; w are <see cref="ClassWeights"/> and v <see cref="PositiveWeights"/>, 1 where they are not given.
/// </para>
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
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(ClassWeights), ClassWeights), (nameof(PositiveWeights), PositiveWeights)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows) => Values(rows, Present(rows), Absent(rows));

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        Tensor present = Present(rows);
        Tensor absent = Absent(rows);
        Tensor values = Values(rows, present, absent);
        return new(values, absent.AddInPlace(present).mul_(rows.Student.sigmoid()).sub_(present).MulInPlace(1.0 / rows.Classes));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A label of the batch is not in [0, 1].</exception>
    public override void Prepare(DistillationContext sample)
    {
        using var scope = torch.NewDisposeScope();
        LogitRows rows = LogitRows.Of(Require.Present(sample), IgnoredLabel);
        Tensor labels = rows.Presence;
        Tensor wrong = labels.Ge(0).logical_and_(labels.Le(1)).logical_not();
        if (wrong.any().item<bool>())
        {
            double label = labels.masked_select(wrong).narrow(0, 0, 1).to(torch.ScalarType.Float64).item<double>();
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Labels of {nameof(BinaryLabelLoss)} must be in [0, 1], for each output whether the class is present, but the batch has {label}. "
                + $"For class ids there is {nameof(HardLabelLoss)}."));
        }
    }

    private static double[]? Checked(IReadOnlyList<double>? weights, string property) =>
        weights is null ? null : [.. weights.Select(weight => Require.NotNegative(weight, property))];

    private static Tensor Values(LogitRows rows, Tensor present, Tensor absent) =>
        TemperatureSoftmax.Term(present, functional.logsigmoid(rows.Student))
            .Add(TemperatureSoftmax.Term(absent, functional.logsigmoid(rows.Student.neg())))
            .mean([1])
            .neg();

    private static Tensor Weigh(Tensor part, IReadOnlyList<double>? weights, string property)
    {
        if (weights is null)
        {
            return part;
        }

        return weights.Count == part.size(1)
            ? part * torch.tensor([.. weights], part.dtype, part.device)
            : throw new InvalidOperationException(
                $"{property} must have one weight for each of the student's {part.size(1)} outputs, but has {weights.Count}.");
    }

    // What stands in front of log σ(s), [R, C].
    private Tensor Present(LogitRows rows) =>
        Weigh(Weigh(rows.Presence, PositiveWeights, nameof(PositiveWeights)), ClassWeights, nameof(ClassWeights));

    // What stands in front of log(1 - σ(s)), [R, C]; fresh.
    private Tensor Absent(LogitRows rows) => Weigh(rows.Presence.RSub(1), ClassWeights, nameof(ClassWeights));
}
