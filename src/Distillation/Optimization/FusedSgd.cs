namespace Distillation;

/// <summary>Stochastic gradient descent in one call.</summary>
internal sealed class FusedSgd(Parameter[] parameters, double learningRate, Sgd options)
    : FusedOptimizer(parameters, learningRate, states: options.Momentum == 0 ? 0 : 1)
{
    protected override void Follow(FusedGroup group, Tensor[] gradients, double rate) =>
        FusedKernels.Sgd(group.Parameters, gradients, group.State is [var momenta] ? momenta : [], first: group.Steps == 0, rate, options);
}
