namespace Distillation;

/// <summary>
/// Any optimizer of TorchSharp: <c>new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(p => p.Parameter).ToArray()))</c>.
/// </summary>
/// <param name="learningRate">The learning rate over the run. It is set on every parameter group before each update.</param>
/// <param name="create">Creates the optimizer of parameters, by name; with <see cref="Groups"/>, one for each learning rate.</param>
public sealed class CustomOptimizer(Schedule learningRate, Func<IReadOnlyList<(string Name, Parameter Parameter)>, torch.optim.Optimizer> create)
    : IOptimizerStrategy
{
    private readonly Func<IReadOnlyList<(string Name, Parameter Parameter)>, torch.optim.Optimizer> _create = Require.Present(create);

    /// <inheritdoc/>
    public Schedule LearningRate { get; } = Require.Present(learningRate);

    /// <summary>Gets the groups of parameters with a factor of the learning rate.</summary>
    /// <value>The default is none. Weight decay is what the delegate sets: a group with a <see cref="ParameterGroup.WeightDecayFactor"/> is refused.</value>
    /// <exception cref="ArgumentException">A group has a factor of the weight decay.</exception>
    public IReadOnlyList<ParameterGroup> Groups
    {
        get;
        init => field = Require.Present(value).Any(group => group.WeightDecayFactor != 1)
            ? throw new ArgumentException(
                $"A custom optimizer sets its own weight decay: {nameof(ParameterGroup.WeightDecayFactor)} of a group must be 1.", nameof(Groups))
            : [.. value];
    }

        = [];

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [(nameof(LearningRate), LearningRate), (nameof(Groups), Groups)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The delegate returns no optimizer, or one that needs a closure (L-BFGS).</exception>
    public torch.optim.Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters) =>
        GroupedOptimizer.Create(ParameterGroup.Divide(parameters, Groups), LearningRate.At(default), group => CreateOne(group.Named));

    private torch.optim.Optimizer CreateOne(IReadOnlyList<(string Name, Parameter Parameter)> parameters) => _create(parameters) switch
    {
        null => throw new InvalidOperationException("The delegate of a custom optimizer must return an optimizer, but returned null."),
        TorchSharp.Modules.LBFGS => throw new InvalidOperationException(
            "L-BFGS evaluates the loss several times a step, through a closure; a trainer computes each gradient once. Use a first-order optimizer."),
        { } optimizer => optimizer,
    };
}
