namespace Distillation;

/// <summary>Stochastic gradient descent in one call.</summary>
internal sealed class FusedSgd(Parameter[] parameters, double learningRate, Sgd options)
    : FusedOptimizer(parameters, learningRate, states: options.Momentum == 0 ? 0 : 1)
{
    protected override bool TryFollow(FusedGroup group, double rate)
    {
        if (!FusedKernels.Sgd(group.Parameters, group.State is [var momenta] ? momenta : [], first: group.Steps == 0, rate, options))
        {
            return false;
        }

        group.Steps++;
        return true;
    }
}
