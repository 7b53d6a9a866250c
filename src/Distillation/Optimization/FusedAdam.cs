namespace Distillation;

/// <summary>Adam in one call, with either kind of weight decay.</summary>
internal sealed class FusedAdam(Parameter[] parameters, double learningRate, AdamRule rule)
    : FusedOptimizer(parameters, learningRate, states: rule.AmsGrad ? 3 : 2)
{
    protected override bool TryFollow(FusedGroup group, double rate)
    {
        if (!FusedKernels.Adam(group.Parameters, group.State, group.Steps + 1, rate, rule))
        {
            return false;
        }

        group.Steps++;
        return true;
    }
}
