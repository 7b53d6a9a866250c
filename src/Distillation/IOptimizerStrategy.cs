namespace Distillation;

/// <summary>Creates the optimizer of one learner.</summary>
/// <remarks>A strategy has no state: one instance serves any number of runs.</remarks>
public interface IOptimizerStrategy : ISelfDescribing
{
    /// <summary>Gets the learning rate over the run. It is set on every parameter group before each update.</summary>
    Schedule LearningRate { get; }

    /// <summary>Creates the optimizer.</summary>
    /// <param name="parameters">
    /// What it trains, by name, so that a strategy can treat biases or a connector otherwise; those of a trainable loss begin with <c>loss.</c>.
    /// </param>
    /// <returns>An optimizer over all of them; the learner disposes it.</returns>
    torch.optim.Optimizer Create(IReadOnlyList<(string Name, Parameter Parameter)> parameters);
}
