namespace Distillation;

/// <summary>Adam (Kingma and Ba, 2015); PyTorch's update rule, weight decay as a term of the gradient.</summary>
/// <param name="LearningRate">η over the run; 0.001 is usual.</param>
public sealed record AdamOptimizer(Schedule LearningRate) : IOptimizerStrategy
{
    /// <summary>Gets the learning rate η over the run.</summary>
    public Schedule LearningRate { get; init => field = Require.Present(value); } = Require.Present(LearningRate);

    /// <summary>Gets the decay of the mean of the gradient, β₁.</summary>
    /// <value>In [0, 1). The default value is 0.9.</value>
    public double Beta1 { get; init => field = Require.BelowOne(value); } = 0.9;

    /// <summary>Gets the decay of the mean of the squared gradient, β₂.</summary>
    /// <value>In [0, 1). The default value is 0.999.</value>
    public double Beta2 { get; init => field = Require.BelowOne(value); } = 0.999;

    /// <summary>Gets what keeps the division from zero, ε.</summary>
    /// <value>Positive. The default value is 1e-8.</value>
    public double Epsilon { get; init => field = Require.Positive(value); } = 1e-8;

    /// <summary>Gets how strongly weights are drawn to zero, through the gradient.</summary>
    /// <value>Zero or positive. The default value is 0.</value>
    public double WeightDecay { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets whether the largest mean of the squared gradient so far is used (Reddi, Kale and Kumar, 2018).</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool AmsGrad { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() =>
    [
        (nameof(LearningRate), LearningRate),
        (nameof(Beta1), Beta1),
        (nameof(Beta2), Beta2),
        (nameof(Epsilon), Epsilon),
        (nameof(WeightDecay), WeightDecay),
        (nameof(AmsGrad), AmsGrad),
    ];

    /// <inheritdoc/>
    public torch.optim.Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        Parameter[] trained = Trained.Of(parameters);
        double rate = LearningRate.At(default);
        return FusedOptimizer.Fits(trained)
            ? new FusedAdam(trained, rate, new(Beta1, Beta2, Epsilon, WeightDecay, AmsGrad, IsDecoupled: false))
            : torch.optim.Adam(trained, rate, Beta1, Beta2, Epsilon, WeightDecay, AmsGrad);
    }
}
