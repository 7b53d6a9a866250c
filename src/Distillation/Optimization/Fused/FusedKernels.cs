namespace Distillation;

/// <summary>Kernels of libtorch that change whole lists of tensors in one call, which TorchSharp does not bind: TorchScript reaches them.</summary>
internal static class FusedKernels
{
    // An error in here ends the process when it is compiled; the tests call every function. It holds nothing but calls: what libtorch makes of conditions on
    // tensors depends on those it saw first, and failed on gradients that are not there.
    private const string Script = """
        def sgd(parameters: List[Tensor], gradients: List[Tensor], momenta: List[Tensor], first: bool, rate: float, momentum: float, dampening: float, nesterov: bool, decay: float):
          torch._fused_sgd_(parameters, gradients, momenta, weight_decay=decay, momentum=momentum, lr=rate, dampening=dampening, nesterov=nesterov, maximize=False, is_first_step=first)

        def adam(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], largest: List[Tensor], steps: List[Tensor], rate: float, beta1: float, beta2: float, epsilon: float, decay: float, amsgrad: bool):
          torch._fused_adam_(parameters, gradients, means, squares, largest, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=amsgrad, maximize=False)

        def adamw(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], largest: List[Tensor], steps: List[Tensor], rate: float, beta1: float, beta2: float, epsilon: float, decay: float, amsgrad: bool):
          torch._fused_adamw_(parameters, gradients, means, squares, largest, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=amsgrad, maximize=False)

        def average(averages: List[Tensor], weights: List[Tensor], kept: float, rest: float):
          torch._foreach_mul_(averages, kept)
          torch._foreach_add_(averages, weights, alpha=rest)

        def longest(tensors: List[Tensor], order: float) -> Tensor:
          return torch.stack(torch._foreach_norm(tensors, order)).max()

        """;

    private static readonly Lazy<torch.jit.CompilationUnit> Unit = new(() => torch.jit.compile(Script));

    /// <summary>One step of stochastic gradient descent.</summary>
    public static void Sgd(Tensor[] parameters, Tensor[] gradients, Tensor[] momenta, bool first, double rate, SgdRule rule)
    {
        using Scalar learningRate = rate.ToScalar();
        using Scalar momentum = rule.Momentum.ToScalar();
        using Scalar dampening = rule.Dampening.ToScalar();
        using Scalar decay = rule.WeightDecay.ToScalar();
        Unit.Value.invoke("sgd", parameters, gradients, momenta, first, learningRate, momentum, dampening, rule.Nesterov, decay);
    }

    /// <summary>One step of Adam; <paramref name="steps"/> has for each parameter the number of steps, this one included.</summary>
    public static void Adam(Tensor[] parameters, Tensor[] gradients, Tensor[][] moments, Tensor[] steps, double rate, AdamRule rule)
    {
        using Scalar learningRate = rate.ToScalar();
        using Scalar beta1 = rule.Beta1.ToScalar();
        using Scalar beta2 = rule.Beta2.ToScalar();
        using Scalar epsilon = rule.Epsilon.ToScalar();
        using Scalar decay = rule.WeightDecay.ToScalar();
        Unit.Value.invoke(
            rule.IsDecoupled ? "adamw" : "adam",
            parameters,
            gradients,
            moments[0],
            moments[1],
            rule.AmsGrad ? moments[2] : [],
            steps,
            learningRate,
            beta1,
            beta2,
            epsilon,
            decay,
            rule.AmsGrad);
    }

    /// <summary>The largest norm of some tensors of one type and device, none of them empty: a scalar, for the caller to dispose.</summary>
    public static Tensor LongestNorm(Tensor[] tensors, double order)
    {
        using Scalar held = order.ToScalar();
        return (Tensor)Unit.Value.invoke("longest", tensors, held);
    }

    /// <summary>average ← kept · average + rest · weights, of each pair.</summary>
    public static void Average(Tensor[] averages, Tensor[] weights, double kept, double rest)
    {
        using Scalar ofAverage = kept.ToScalar();
        using Scalar ofWeights = rest.ToScalar();
        Unit.Value.invoke("average", averages, weights, ofAverage, ofWeights);
    }
}
