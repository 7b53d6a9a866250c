namespace Distillation;

/// <summary>Adam in one call, with either kind of weight decay.</summary>
internal sealed class FusedAdam(GroupedParameters[] groups, double learningRate, AdamRule rule)
    : FusedOptimizer(groups, learningRate, states: rule.AmsGrad ? 3 : 2)
{
    protected override void Follow(FusedGroup group, Tensor[] gradients, double rate)
    {
        using Tensor step = torch.tensor((float)(group.Steps + 1), device: group.Parameters[0].device);
        var steps = new Tensor[gradients.Length];
        Array.Fill(steps, step);
        FusedKernels.Adam(group.Parameters, gradients, group.State, steps, rate, rule with { WeightDecay = rule.WeightDecay * group.Factors.Decay });
    }
}
