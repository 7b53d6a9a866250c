namespace Distillation;

/// <summary>Stochastic gradient descent, with momentum, Nesterov's momentum and weight decay; PyTorch's update rule.</summary>
/// <remarks><c>g ← g + λθ;  b ← μb + (1 − τ)g;  θ ← θ − η·(g + μb)</c> with Nesterov's momentum, <c>θ ← θ − η·b</c> without. The first b is g.</remarks>
/// <param name="LearningRate">η over the run.</param>
public sealed record SgdOptimizer(Schedule LearningRate) : IOptimizerStrategy
{
    /// <summary>Gets the learning rate η over the run.</summary>
    public Schedule LearningRate { get; init => field = Require.Present(value); } = Require.Present(LearningRate);

    /// <summary>Gets how much of the last step is kept, μ.</summary>
    /// <value>In [0, 1). The default value is 0.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); }

    /// <summary>Gets how much of the gradient does not enter the momentum, τ.</summary>
    /// <value>In [0, 1]. The default value is 0.</value>
    public double Dampening { get; init => field = Require.InRange(value, 0, 1); }

    /// <summary>Gets whether the step looks ahead along the momentum (Nesterov, 1983). Needs a momentum and no dampening.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Nesterov { get; init; }

    /// <summary>Gets how strongly weights are drawn to zero, λ.</summary>
    /// <value>Zero or positive. The default value is 0.</value>
    public double WeightDecay { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the groups of parameters with factors of their own.</summary>
    /// <value>The default is none. A pattern without a parameter is refused when the run begins.</value>
    public IReadOnlyList<ParameterGroup> Groups { get; init => field = [.. Require.Present(value)]; } = [];

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() =>
    [
        (nameof(LearningRate), LearningRate),
        (nameof(Momentum), Momentum),
        (nameof(Dampening), Dampening),
        (nameof(Nesterov), Nesterov),
        (nameof(WeightDecay), WeightDecay),
        (nameof(Groups), Groups),
    ];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Nesterov's momentum is set without a momentum or with dampening.</exception>
    public torch.optim.Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"{nameof(Nesterov)} needs a positive {nameof(Momentum)} and no {nameof(Dampening)}, but they are {Momentum} and {Dampening}."));
        }

        GroupedParameters[] groups = ParameterGroup.Divide(parameters, Groups);
        double rate = LearningRate.At(default);
        return FusedOptimizer.Fits(groups)
            ? new FusedSgd(groups, rate, new(Momentum, Dampening, WeightDecay, Nesterov))
            : GroupedOptimizer.Create(
                groups, rate, group => torch.optim.SGD(group.Parameters, rate, Momentum, Dampening, WeightDecay * group.DecayFactor, Nesterov));
    }
}
