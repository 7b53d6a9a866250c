namespace Distillation;

/// <summary>Parameters of one data type and device that have taken the same number of steps.</summary>
/// <param name="parameters">What is trained; the caller disposes it.</param>
/// <param name="state">The state of the optimizer: lists, each with a tensor for each parameter.</param>
/// <param name="factors">The factors of learning rate and weight decay.</param>
internal sealed class FusedGroup(Tensor[] parameters, Tensor[][] state, (double Rate, double Decay) factors) : IDisposable
{
    public Tensor[] Parameters => parameters;

    public Tensor[][] State => state;

    public (double Rate, double Decay) Factors => factors;

    /// <summary>Gets or sets how many gradients were followed.</summary>
    public long Steps { get; set; }

    public static FusedGroup Of(Tensor[] parameters, int states, long steps, (double Rate, double Decay) factors)
    {
        using var noGradient = torch.no_grad();
        Tensor[][] state =
            [.. Enumerable.Range(0, states).Select(_ => Array.ConvertAll(parameters, parameter => torch.zeros_like(parameter).DetachFromDisposeScope()))];
        return new(parameters, state, factors) { Steps = steps };
    }

    /// <summary>Takes the parameters whose mark is as wanted, with their state, which is then the other's no more.</summary>
    public FusedGroup Where(bool[] marks, bool wanted)
    {
        return new(Pick(parameters), Array.ConvertAll(state, Pick), factors) { Steps = Steps };

        Tensor[] Pick(Tensor[] all) => [.. all.Where((_, i) => marks[i] == wanted)];
    }

    public void Dispose()
    {
        foreach (Tensor tensor in state.SelectMany(list => list))
        {
            tensor.Dispose();
        }
    }
}
