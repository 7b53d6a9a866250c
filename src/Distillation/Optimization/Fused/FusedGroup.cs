namespace Distillation;

/// <summary>Parameters of one data type and device that have taken the same number of steps.</summary>
/// <param name="parameters">What is trained; it stays the caller's.</param>
/// <param name="state">Lists of what the optimizer remembers, each with a tensor for each parameter.</param>
internal sealed class FusedGroup(Tensor[] parameters, Tensor[][] state) : IDisposable
{
    public Tensor[] Parameters => parameters;

    public Tensor[][] State => state;

    /// <summary>Gets or sets how many gradients were followed.</summary>
    public long Steps { get; set; }

    public static FusedGroup Of(Tensor[] parameters, int states, long steps)
    {
        using var noGradient = torch.no_grad();
        return new(
            parameters,
            [.. Enumerable.Range(0, states).Select(_ => Array.ConvertAll(parameters, parameter => torch.zeros_like(parameter).DetachFromDisposeScope()))])
        {
            Steps = steps,
        };
    }

    /// <summary>Takes the parameters whose mark is as wanted, with their state, which is then the other's no more.</summary>
    public FusedGroup Where(bool[] marks, bool wanted)
    {
        return new(Pick(parameters), Array.ConvertAll(state, Pick)) { Steps = Steps };

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
