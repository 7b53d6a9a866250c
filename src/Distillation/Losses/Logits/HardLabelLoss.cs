using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Cross entropy with the labels of the batch.</summary>
/// <remarks>
/// <para><c>−(1/N) Σₙ log softmax(sₙ)[yₙ]</c> for student logits s, [N, C], and class ids y, [N] int64;
/// <c>−(1/N) Σₙ Σ_c yₙ_c · log softmax(sₙ)_c</c> for probabilities y, [N, C].</para>
/// <para>With label smoothing ε the target is (1 − ε) · y + ε/C (Szegedy et al., 2016). With class weights and with an ignored label it follows PyTorch's
/// <c>cross_entropy</c>: the mean over class ids is weighted by the weights of their classes, and ignored samples do not count.</para>
/// </remarks>
public sealed class HardLabelLoss : IDistillationLoss, IClosedFormGradient
{
    // cross_entropy always ignores one label; nobody uses this one.
    private const long NoLabel = long.MinValue;

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

    /// <summary>Gets the class id that marks a sample without a label.</summary>
    /// <value>Any class id, or <see langword="null"/>: none is ignored. The default value is <see langword="null"/>.</value>
    public long? IgnoredLabel { get; init; }

    /// <inheritdoc/>
    public IClosedFormGradient? ClosedForm => ClassWeights is null && IgnoredLabel is null ? this : null;

    /// <inheritdoc/>
    public Tensor Compute(DistillationContext context)
    {
        Tensor logits = context.Student.Logits;
        using Tensor? weights = ClassWeights is null ? null : torch.tensor([.. ClassWeights], logits.dtype, logits.device);
        return functional.cross_entropy(logits, Targets(context), weights, IgnoredLabel ?? NoLabel, label_smoothing: LabelSmoothing);
    }

    /// <inheritdoc/>
    LossGradient IClosedFormGradient.Compute(DistillationContext context)
    {
        Tensor logits = context.Student.Logits;
        Tensor targets = Targets(context);
        double samples = logits.size(0);
        using Scalar mean = (1 / samples).ToScalar();
        Tensor log = functional.log_softmax(logits, 1);
        if (targets.dim() == 2)
        {
            Tensor soft = LabelSmoothing == 0 ? targets : (targets * (1 - LabelSmoothing)).add_(LabelSmoothing / logits.size(1));
            using Scalar minus = (-1 / samples).ToScalar();
            Tensor crossEntropy = (log * soft).sum().mul_(minus);
            return new(crossEntropy, log.exp_().mul_(soft.sum(1, keepdim: true)).sub_(soft).mul_(mean));
        }

        Tensor column = targets.unsqueeze(1);
        using Scalar minus1 = (-1 / samples).ToScalar();
        Tensor value = log.gather(1, column).sum().mul_(minus1);
        Tensor gradient;
        if (LabelSmoothing > 0)
        {
            double even = LabelSmoothing / logits.size(1);
            value = value.mul_(1 - LabelSmoothing).sub_(log.sum().mul_(even / samples));
            gradient = log.exp_().sub_(even);
        }
        else
        {
            gradient = log.exp_();
        }

        using Scalar own = (LabelSmoothing - 1).ToScalar();
        return new(value, gradient.scatter_add_(1, column, torch.full_like(column, own, logits.dtype)).mul_(mean));
    }

    /// <summary>Checks the labels of the first batch before the run.</summary>
    /// <param name="sample">What the student said of the first batch.</param>
    /// <exception cref="InvalidOperationException">The labels do not fit the logits.</exception>
    void IDistillationLoss.Prepare(DistillationContext sample)
    {
        Tensor logits = sample.Student.Logits;
        if (logits.dim() != 2 || (ClassWeights is not null && ClassWeights.Count != logits.size(1)))
        {
            throw new InvalidOperationException(
                $"Hard labels need logits [N, C]{(ClassWeights is null ? "" : $" with C = {ClassWeights.Count}, one for each of {nameof(ClassWeights)}")}, but the student gave {Shapes.Of(logits)}.");
        }

        using var scope = torch.NewDisposeScope();
        Tensor targets = Targets(sample);
        if (targets.dim() == 2 || targets.numel() == 0)
        {
            return;
        }

        Tensor counted = IgnoredLabel is { } ignored ? targets.masked_select(targets.ne(ignored)) : targets;
        (long least, long most) = counted.numel() == 0 ? (0, 0) : (counted.min().item<long>(), counted.max().item<long>());
        if (least < 0 || most >= logits.size(1))
        {
            throw new InvalidOperationException($"Class ids must be in [0, {logits.size(1) - 1}], for the student has {logits.size(1)} outputs, but the batch has {(least < 0 ? least : most)}.");
        }
    }

    private static Tensor Targets(DistillationContext context)
    {
        Tensor logits = context.Student.Logits;
        Tensor labels = context.Batch.RequireLabels();
        return labels.dim() switch
        {
            1 when labels.dtype == torch.ScalarType.Int64 => labels,
            1 when torch.is_integral(labels) => labels.to(torch.ScalarType.Int64),
            2 when torch.is_floating_point(labels) && Shapes.Same(labels, logits) => labels.dtype == logits.dtype ? labels : labels.to(logits.dtype),
            _ => throw new InvalidOperationException(
                $"Hard labels must be class ids [N] of an integer type, or probabilities {Shapes.Of(logits)} of a floating type as the logits, but are {Shapes.Of(labels)} {labels.dtype}."),
        };
    }
}
