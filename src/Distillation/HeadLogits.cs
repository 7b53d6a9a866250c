using static TorchSharp.torch.nn;

namespace Distillation;

/// <summary>The logits of a linear layer, <c>h · Wᵀ + b</c>, before they are computed: whole where they are read, or by parts of the samples.</summary>
/// <remarks>It belongs to the dispose scope in which it is created, and so do the logits.</remarks>
internal sealed class HeadLogits
{
    /// <summary>How many logits a part has, about: few enough to stay in a cache, and enough for the products with the weight.</summary>
    public const long UsualPart = 1 << 20;

    private readonly bool _recordsGradients = torch.is_grad_enabled();
    private readonly DisposeScope? _scope = torch.CurrentDisposeScope;

    /// <param name="hidden">The inputs of the layer, h: [N, D] or [N, T, D].</param>
    /// <param name="weight">W, [C, D].</param>
    /// <param name="bias">b, [C], or nothing.</param>
    public HeadLogits(Tensor hidden, Tensor weight, Tensor? bias)
    {
        Hidden = hidden;
        Weight = weight;
        Bias = bias;
        RequiresHiddenGradient = hidden.requires_grad;
    }

    public Tensor Hidden { get; }

    public Tensor Weight { get; }

    public Tensor? Bias { get; }

    /// <summary>Gets about how many logits are to be computed at a time.</summary>
    public long LogitsOfPart { get; init; } = UsualPart;

    /// <summary>Gets the number of samples, N.</summary>
    public long Count => Hidden.size(0);

    /// <summary>Gets the number of logits of a sample.</summary>
    public long NumbersPerSample => (Hidden.dim() == 3 ? Hidden.size(1) : 1) * Weight.size(0);

    /// <summary>Gets whether a gradient at the logits has somewhere to go.</summary>
    public bool RequiresGradient => RequiresHiddenGradient || Weight.requires_grad || Bias is { requires_grad: true };

    /// <summary>Gets whether the hidden states require a gradient. Views that are taken without gradients do not know it.</summary>
    public bool RequiresHiddenGradient { get; private init; }

    /// <summary>Computes all of them, attached to the graph if that was recorded when the layer was left out.</summary>
    public Tensor Compute()
    {
        using var gradients = torch.set_grad_enabled(_recordsGradients);
        Tensor logits = functional.linear(Hidden, Weight, Bias);
        if (!ReferenceEquals(_scope, torch.CurrentDisposeScope))
        {
            logits.DetachFromDisposeScope();
            _scope?.Attach(logits);
        }

        return logits;
    }

    /// <summary>Takes some of the samples.</summary>
    public HeadLogits Narrow(long start, long count) => With(Hidden.narrow(0, start, count));

    /// <summary>Makes the places of sequences samples of their own: [N, T, D] becomes [N·T, D].</summary>
    public HeadLogits Flatten() => With(Hidden.flatten(0, 1));

    /// <summary>Takes them out of the graph.</summary>
    public HeadLogits Detach() => new(Hidden.detach(), Weight.detach(), Bias?.detach()) { LogitsOfPart = LogitsOfPart };

    /// <summary>Adds to the gradients of weight and bias, where these are trained, and to that of the hidden states.</summary>
    /// <param name="atLogits">The gradient at the logits, in their shape. It is read alone.</param>
    /// <param name="atHidden">Takes the gradient at <see cref="Hidden"/>, in its shape; nothing where none is required.</param>
    public void AddGradients(Tensor atLogits, Tensor? atHidden)
    {
        Tensor rows = atLogits.reshape(-1, Weight.size(0));
        if (Weight.requires_grad)
        {
            AddProduct(Weight, rows.t(), Hidden.reshape(-1, Weight.size(1)));
        }

        if (Bias is { requires_grad: true } bias)
        {
            AddTo(bias, rows.sum([0L]));
        }

        _ = atHidden?.view(-1, Weight.size(1)).addmm_(rows, Weight);
    }

    private HeadLogits With(Tensor hidden) => new(hidden, Weight, Bias) { LogitsOfPart = LogitsOfPart, RequiresHiddenGradient = RequiresHiddenGradient };

    private static void AddProduct(Tensor parameter, Tensor left, Tensor right)
    {
        using Tensor? gradient = parameter.grad;
        if (gradient is null)
        {
            parameter.grad = left.matmul(right);
        }
        else
        {
            _ = gradient.addmm_(left, right);
        }
    }

    private static void AddTo(Tensor parameter, Tensor more)
    {
        using Tensor? gradient = parameter.grad;
        if (gradient is null)
        {
            parameter.grad = more;
        }
        else
        {
            _ = gradient.AddInPlace(more);
        }
    }
}
