using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with the labels of the batch.</summary>
/// <remarks>
/// <para>
/// <c>−(1/R) Σᵣ log softmax(sᵣ)[yᵣ]</c> for student logits s, [N, C], [N, T, C] or [N, C, H, W], as rows [R, C], and class ids y, [N], [N, T] or [N, H, W] of
/// an integer type; <c>−(1/R) Σᵣ Σ_c yᵣ_c · log softmax(sᵣ)_c</c> for probabilities y in the shape of the logits.
/// </para>
/// <para>With label smoothing ε the target is (1 − ε) · y + ε/C (Szegedy et al., 2016). With class weights and with an ignored label it follows PyTorch's
/// <c>cross_entropy</c>: the mean over class ids is weighted by the weights of their classes, and ignored rows do not count.</para>
/// </remarks>
public sealed class HardLabelLoss : RowLoss, IRowGradient, ICpuLossKernel
{
    /// <summary>Gets how much of the target is spread evenly over all classes.</summary>
    /// <value>In [0, 1]. The default value is 0.</value>
    public double LabelSmoothing { get; init => field = Require.InRange(value, 0, 1); }

    /// <summary>Gets how much each class counts.</summary>
    /// <value>A positive or zero weight for each class, or <see langword="null"/>: all count the same. The default value is <see langword="null"/>.</value>
    public IReadOnlyList<double>? ClassWeights
    {
        get;
        init => field = value is null ? null : [.. value.Select(weight => Require.NotNegative(weight, nameof(ClassWeights)))];
    }

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(LabelSmoothing), LabelSmoothing), (nameof(ClassWeights), ClassWeights)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        Tensor log = functional.log_softmax(rows.Student, 1);
        return HasLabelsAlone(rows) ? Smoothed(rows.Classes).CrossEntropy(log, rows.Labels) : TemperatureSoftmax.Term(Target(rows), log).sum(1).neg();
    }

    /// <inheritdoc/>
    /// <returns>With class weights and class ids the sum of the weights of the rows' classes, otherwise the number of rows that count.</returns>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => RowWeights.Of(batch, student, IgnoredLabel, ClassWeights);

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        bool labelsAlone = HasLabelsAlone(rows);
        if (labelsAlone && LabelSmoothing == 0)
        {
            (Tensor own, Tensor all) = TemperatureSoftmax.OfLabel(rows.Student, rows.Labels.unsqueeze(1));
            return new(own.squeeze(1).neg_(), Smoothed(rows.Classes).Gradient(all, rows.Labels));
        }

        (Tensor log, Tensor probabilities) = TemperatureSoftmax.Both(rows.Student, 1);
        if (labelsAlone)
        {
            SmoothedTarget smoothed = Smoothed(rows.Classes);
            return new(smoothed.CrossEntropy(log, rows.Labels), smoothed.Gradient(probabilities, rows.Labels));
        }

        Tensor target = Target(rows);
        Tensor values = log.MaskedFillInPlace(target.Eq(0), 0).mul_(target).sum(1).neg_();
        return new(values, probabilities.mul_(target.sum(1, keepdim: true)).sub_(target));
    }

    /// <inheritdoc/>
    bool ICpuLossKernel.CanMeasure(in CpuLogits rows) => IgnoredLabel is null && ClassWeights is null && !rows.Labels.IsEmpty;

    /// <inheritdoc/>
    double ICpuLossKernel.Measure(in CpuLogits rows, Span<float> gradient, double weight) =>
        CpuCrossEntropy.Measure(rows, gradient, Smoothed(rows.Classes), weight);

    private bool HasLabelsAlone(LogitRows rows) => rows.HasClassIds && ClassWeights is null;

    private SmoothedTarget Smoothed(long classes) => new(1 - LabelSmoothing + (LabelSmoothing / classes), LabelSmoothing / classes);

    // What stands in front of each log-probability, [R, C].
    private Tensor Target(LogitRows rows)
    {
        Tensor target;
        double even = LabelSmoothing / rows.Classes;
        if (rows.HasClassIds)
        {
            Tensor column = rows.Labels.unsqueeze(1);
            target = KeptAliveScalar.FullLike(rows.Student, even)
                .scatter_add_(1, column, KeptAliveScalar.FullLike(column, 1 - LabelSmoothing, rows.Student.dtype));
        }
        else
        {
            target = rows.LabelProbabilities.Mul(1 - LabelSmoothing).AddInPlace(even);
        }

        return ClassWeights is null ? target : Weigh(target, rows);
    }

    private Tensor Weigh(Tensor target, LogitRows rows)
    {
        if (ClassWeights!.Count != rows.Classes)
        {
            throw new InvalidOperationException(
                $"{nameof(ClassWeights)} must have one weight for each of the student's {rows.Classes} outputs, but has {ClassWeights.Count}.");
        }

        Tensor weights = torch.tensor([.. ClassWeights], target.dtype, target.device);
        target = target.mul_(weights);
        if (!rows.HasClassIds)
        {
            return target;
        }

        // No row counts where the mean is 0: none is there, or none has a class that weighs anything.
        Tensor mean = rows.Mean(weights.index_select(0, rows.Labels));
        return target.div_(mean.MaskedFillInPlace(mean.Eq(0), 1));
    }
}
