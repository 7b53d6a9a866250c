namespace Distillation;

/// <summary>Stochastic gradient descent in one call.</summary>
internal sealed class FusedSgd(GroupedParameters[] groups, double learningRate, SgdRule rule)
    : FusedOptimizer(groups, learningRate, states: rule.Momentum == 0 ? 0 : 1)
{
    protected override void Follow(FusedGroup group, Tensor[] gradients, double rate)
    {
        if (rule.Momentum == 0 && rule.WeightDecay == 0)
        {
            Descend(group.Parameters, gradients, rate);
            return;
        }

        FusedKernels.Sgd(group.Parameters, gradients, group.State is [var momenta] ? momenta : [], first: group.Steps == 0, rate, rule with
        {
            WeightDecay = rule.WeightDecay * group.Factors.Decay,
        });
    }

    // θ ← θ − η·g alone is one operation a parameter already: a list would cost more.
    private static void Descend(Tensor[] parameters, Tensor[] gradients, double rate)
    {
        using Scalar back = (-rate).ToScalar();
        for (int i = 0; i < parameters.Length; i++)
        {
            _ = parameters[i].add_(gradients[i], back);
        }
    }
}
