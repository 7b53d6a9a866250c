using TorchSharp.Modules;

namespace Distillation;

/// <summary>Optimizers of parameters with different learning rates, as one.</summary>
internal sealed class GroupedOptimizer : torch.optim.Optimizer
{
    private readonly (torch.optim.Optimizer Optimizer, double RateFactor)[] _members;

    private GroupedOptimizer(Parameter[] parameters, double learningRate, (torch.optim.Optimizer Optimizer, double RateFactor)[] members)
        : base(IntPtr.Zero)
    {
        _members = members;
        var options = new OptimizerOptions { LearningRate = learningRate, InitialLearningRate = learningRate };
        _parameter_groups = [new ParamGroup { Parameters = parameters, Options = options }];
    }

    /// <summary>Gets the optimizer of each group.</summary>
    public IEnumerable<torch.optim.Optimizer> Members => _members.Select(member => member.Optimizer);

    /// <summary>Creates an optimizer for each group; that of a single group without a factor is the only one.</summary>
    public static torch.optim.Optimizer Create(GroupedParameters[] groups, double learningRate, Func<GroupedParameters, torch.optim.Optimizer> create) =>
        groups is [{ RateFactor: 1 } only]
            ? create(only)
            : new GroupedOptimizer(
                [.. groups.SelectMany(group => group.Parameters)], learningRate, [.. groups.Select(group => (create(group), group.RateFactor))]);

    public override IEnumerable<Parameter> parameters() => _parameter_groups[0].Parameters;

    public override void zero_grad()
    {
        foreach ((torch.optim.Optimizer optimizer, _) in _members)
        {
            optimizer.zero_grad();
        }
    }

    public override Tensor? step(Func<Tensor>? closure = null)
    {
        Tensor? loss = closure?.Invoke();
        double rate = _parameter_groups[0].LearningRate;
        foreach ((torch.optim.Optimizer optimizer, double factor) in _members)
        {
            foreach (torch.optim.ILearningRateController group in optimizer.ParamGroups)
            {
                group.LearningRate = rate * factor;
            }

            _ = optimizer.step();
        }

        return loss;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            foreach ((torch.optim.Optimizer optimizer, _) in _members)
            {
                optimizer.Dispose();
            }
        }
    }
}
