namespace Distillation.Training;

/// <summary>Seeds libtorch's generator for a run (dropout and the like use it), and brings back the application's own state afterwards.</summary>
internal sealed class SeededChance : IDisposable
{
    private readonly Tensor _state = torch.get_rng_state().DetachFromDisposeScope();

    public SeededChance(int seed) => torch.random.manual_seed(seed);

    public void Dispose()
    {
        torch.set_rng_state(_state);
        _state.Dispose();
    }
}
