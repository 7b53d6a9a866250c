using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Testing.Tests;

/// <summary>1 − cos(s, t).</summary>
internal sealed class CosineLoss : RowLoss
{
    public override Tensor ComputeRows(LogitRows rows) => 1 - functional.cosine_similarity(rows.Student, rows.Teacher, dim: 1);
}

/// <summary>Has half of its gradient.</summary>
internal sealed class DetachedLoss : RowLoss
{
    public override Tensor ComputeRows(LogitRows rows) => ((rows.Student - rows.Teacher) * (rows.Student.detach() - rows.Teacher)).mean([1]);
}

/// <summary>Learns a factor, with half of its gradient.</summary>
internal sealed class WrongParameterLoss : IDistillationLoss
{
    private Factor? _factor;

    public Module? Module => _factor;

    public void Prepare(DistillationContext sample) => _factor ??= new Factor(sample.Student.Logits.dtype);

    public Tensor Compute(DistillationContext context)
    {
        Tensor factor = _factor!.Value;
        return ((context.Student.Logits * factor.detach()) - context.Teacher.Logits).square().mean() + (factor - factor.detach()).sum();
    }

    private sealed class Factor : Module
    {
        public Factor(torch.ScalarType dtype)
            : base(nameof(Factor))
        {
            Value = new Parameter(torch.full(1, 2, dtype));
            register_parameter("value", Value);
        }

        public Parameter Value { get; }
    }
}

/// <summary>The mean square of the logits, with a closed form that a test sets.</summary>
internal abstract class SquareLoss : IDistillationLoss, IClosedFormGradient
{
    public IClosedFormGradient? ClosedForm => this;

    public Tensor Compute(DistillationContext context) => (context.Student.Logits - context.Teacher.Logits).square().mean();

    LossGradient IClosedFormGradient.Compute(DistillationContext context)
    {
        Tensor difference = context.Student.Logits - context.Teacher.Logits;
        return Change(context, new LossGradient(difference.square().mean(), difference * (2.0 / difference.numel())));
    }

    protected abstract LossGradient Change(DistillationContext context, LossGradient gradient);
}

internal sealed class WrongClosedFormLoss : SquareLoss
{
    protected override LossGradient Change(DistillationContext context, LossGradient gradient) => new(gradient.Value, gradient.AtLogits * 2);
}

internal sealed class WrongSingleClosedFormLoss : SquareLoss
{
    protected override LossGradient Change(DistillationContext context, LossGradient gradient) =>
        gradient.AtLogits.dtype == torch.ScalarType.Float32 ? new(gradient.Value, gradient.AtLogits * 1.0001) : gradient;
}

internal sealed class OverwritingClosedFormLoss : SquareLoss
{
    protected override LossGradient Change(DistillationContext context, LossGradient gradient)
    {
        context.Teacher.Logits.mul_(1.5);
        return gradient;
    }
}

internal sealed class WrongSingleLoss : RowLoss
{
    public override Tensor ComputeRows(LogitRows rows) =>
        (rows.Student - rows.Teacher).square().mean([1]) * (rows.Student.dtype == torch.ScalarType.Float32 ? 1.001 : 1);
}

/// <summary>Computes the softmax without the largest logit taken off.</summary>
internal sealed class OverflowingLoss : RowLoss
{
    public override Tensor ComputeRows(LogitRows rows)
    {
        Tensor powers = rows.Student.exp();
        Tensor target = functional.softmax(rows.Teacher, 1);
        return -(target * (powers / powers.sum(1, keepdim: true)).log()).sum(1);
    }
}

/// <summary>Divides by the variance of the batch.</summary>
internal sealed class EqualLogitsLoss : IDistillationLoss
{
    public bool ComparesSamples => true;

    public Tensor Compute(DistillationContext context)
    {
        Tensor logits = context.Student.Logits;
        return ((logits / logits.var(unbiased: false)) - functional.softmax(context.Teacher.Logits, 1)).square().mean();
    }
}

/// <summary>The root has an infinite slope at 0. Equal numbers everywhere are left to another loss.</summary>
internal sealed class DistanceLoss : IDistillationLoss
{
    public bool ComparesSamples => true;

    public Tensor Compute(DistillationContext context)
    {
        Tensor logits = context.Student.Logits;
        Tensor equal = logits.detach().var(unbiased: false).eq(0).to(logits.dtype);
        return ((logits - context.Teacher.Logits).square().sum() + equal).sqrt();
    }
}

/// <summary>Divides by the number of samples without one.</summary>
internal sealed class DeviationLoss : IDistillationLoss
{
    public bool ComparesSamples => true;

    public Tensor Compute(DistillationContext context)
    {
        Tensor difference = context.Student.Logits - context.Teacher.Logits;
        return (difference - difference.mean([0], keepdim: true)).square().sum() / (difference.size(0) - 1.0) + difference.square().mean();
    }
}

internal sealed class ThreeClassLoss : RowLoss
{
    public override Tensor ComputeRows(LogitRows rows) => (rows.Student - rows.Teacher).square().narrow(1, 0, 3).sum(1);
}

/// <summary>Divides a layer by its norm.</summary>
internal sealed class NormLoss : IDistillationLoss
{
    public RequiredFeatures Features { get; } = new(FeatureSet.Of("layer"), FeatureSet.Of("layer"));

    public Tensor Compute(DistillationContext context)
    {
        Tensor Unit(Tensor layer) => layer.flatten(1) / layer.flatten(1).square().sum(1, keepdim: true).sqrt();
        return (Unit(context.Student["layer"]) - Unit(context.Teacher["layer"])).square().sum(1).mean();
    }
}

/// <summary>Keeps the value of each batch.</summary>
internal sealed class LeakingLoss : IDistillationLoss
{
    private readonly List<Tensor> _values = [];

    public Tensor Compute(DistillationContext context)
    {
        Tensor value = (context.Student.Logits - context.Teacher.Logits).square().mean();
        _values.Add(value.detach().DetachFromDisposeScope());
        return value;
    }
}

/// <summary>Compares the samples of a batch, and does not tell.</summary>
internal sealed class ComparingLoss : IDistillationLoss
{
    public Tensor Compute(DistillationContext context)
    {
        Tensor Similarities(Tensor logits) => logits.mm(logits.t());
        return (Similarities(context.Student.Logits) - Similarities(context.Teacher.Logits)).square().mean();
    }
}
