namespace Distillation.Training;

/// <summary>Seeds libtorch's generator for a run (dropout and the like use it), and brings back the application's own state afterwards.</summary>
internal sealed class SeededChance : IDisposable
{
    private readonly Tensor _state = torch.get_rng_state().DetachFromDisposeScope();

    public SeededChance(int seed) => torch.random.manual_seed(seed);

    /// <summary>Gets the state of the generator, in the current dispose scope.</summary>
    public static Tensor State => torch.get_rng_state();

    public static void Restore(Tensor state) => torch.set_rng_state(state);

    public void Dispose()
    {
        torch.set_rng_state(_state);
        _state.Dispose();
    }
}
