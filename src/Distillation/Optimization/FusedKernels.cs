namespace Distillation;

/// <summary>Kernels of libtorch that change whole lists of tensors in one call, which TorchSharp does not bind: TorchScript reaches them.</summary>
internal static class FusedKernels
{
    // An error in here ends the process when it is compiled; the tests call every function. Gradients are read on the native side: a step makes no handle for any of them.
    // A gradient counts as found if it can be walked through as its parameter is, from the first number to the last;
    // one that is not there is a tensor without data type, not None. 6 is float32.
    private const string Script = """
        def found(parameters: List[Tensor]) -> List[Tensor]:
          gradients: List[Tensor] = []
          for parameter in parameters:
            gradient = parameter.grad
            if gradient.dtype == parameter.dtype and not gradient.is_sparse and gradient.is_contiguous():
              gradients.append(gradient)
          return gradients

        def sgd(parameters: List[Tensor], momenta: List[Tensor], first: bool, rate: float, momentum: float, dampening: float, nesterov: bool, decay: float) -> int:
          gradients = found(parameters)
          if len(gradients) == len(parameters):
            torch._fused_sgd_(parameters, gradients, momenta, weight_decay=decay, momentum=momentum, lr=rate, dampening=dampening, nesterov=nesterov, maximize=False, is_first_step=first)
          return len(gradients)

        def adam(parameters: List[Tensor], means: List[Tensor], squares: List[Tensor], largest: List[Tensor], step: float, rate: float, beta1: float, beta2: float, epsilon: float, decay: float, decoupled: bool) -> int:
          gradients = found(parameters)
          if len(gradients) == len(parameters):
            steps = [torch.full([], step, dtype=6, device=parameters[0].device)] * len(parameters)
            if decoupled:
              torch._fused_adamw_(parameters, gradients, means, squares, largest, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=len(largest) > 0, maximize=False)
            else:
              torch._fused_adam_(parameters, gradients, means, squares, largest, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=len(largest) > 0, maximize=False)
          return len(gradients)

        def average(averages: List[Tensor], weights: List[Tensor], kept: float, rest: float):
          torch._foreach_mul_(averages, kept)
          torch._foreach_add_(averages, weights, alpha=rest)

        """;

    private static readonly Lazy<torch.jit.CompilationUnit> Unit = new(() => torch.jit.compile(Script));

    /// <summary>One step of stochastic gradient descent, if every parameter has a gradient that the kernel can read; else nothing.</summary>
    public static bool Sgd(Tensor[] parameters, Tensor[] momenta, bool first, double rate, Sgd options)
    {
        using Scalar learningRate = rate.ToScalar();
        using Scalar momentum = options.Momentum.ToScalar();
        using Scalar dampening = options.Dampening.ToScalar();
        using Scalar decay = options.WeightDecay.ToScalar();
        using var found = (Scalar)Unit.Value.invoke("sgd", parameters, momenta, first, learningRate, momentum, dampening, options.Nesterov, decay);
        return found.ToInt64() == parameters.Length;
    }

    /// <summary>One step of Adam, if every parameter has a gradient that the kernel can read; else nothing.</summary>
    public static bool Adam(Tensor[] parameters, Tensor[][] moments, long step, double rate, AdamRule rule)
    {
        using Scalar number = ((double)step).ToScalar();
        using Scalar learningRate = rate.ToScalar();
        using Scalar beta1 = rule.Beta1.ToScalar();
        using Scalar beta2 = rule.Beta2.ToScalar();
        using Scalar epsilon = rule.Epsilon.ToScalar();
        using Scalar decay = rule.WeightDecay.ToScalar();
        using var found = (Scalar)Unit.Value.invoke(
            "adam", parameters, moments[0], moments[1], rule.AmsGrad ? moments[2] : [], number, learningRate, beta1, beta2, epsilon, decay, rule.IsDecoupled);
        return found.ToInt64() == parameters.Length;
    }

    /// <summary>average ← kept · average + rest · weights, of each pair.</summary>
    public static void Average(Tensor[] averages, Tensor[] weights, double kept, double rest)
    {
        using Scalar ofAverage = kept.ToScalar();
        using Scalar ofWeights = rest.ToScalar();
        Unit.Value.invoke("average", averages, weights, ofAverage, ofWeights);
    }
}
