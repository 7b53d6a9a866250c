namespace Distillation;

/// <summary>
/// Any optimizer of TorchSharp: <c>new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(p => p.Parameter).ToArray()))</c>.
/// </summary>
/// <param name="learningRate">The learning rate over the run. It is set on every parameter group before each update.</param>
/// <param name="create">Makes the optimizer over the parameters it is given, by name.</param>
public sealed class CustomOptimizer(Schedule learningRate, Func<IReadOnlyList<(string Name, Parameter Parameter)>, torch.optim.Optimizer> create)
    : IOptimizerStrategy
{
    private readonly Func<IReadOnlyList<(string Name, Parameter Parameter)>, torch.optim.Optimizer> _create = Require.Present(create);

    /// <inheritdoc/>
    public Schedule LearningRate { get; } = Require.Present(learningRate);

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [(nameof(LearningRate), LearningRate)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no optimizer, or one that needs a closure (L-BFGS).</exception>
    public torch.optim.Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters) => _create(parameters) switch
    {
        null => throw new InvalidOperationException("The delegate of a custom optimizer must make an optimizer, but gave null."),
        TorchSharp.Modules.LBFGS => throw new InvalidOperationException(
            "L-BFGS evaluates the loss several times a step, through a closure; a trainer computes each gradient once. Use a first-order optimizer."),
        { } optimizer => optimizer,
    };
}
