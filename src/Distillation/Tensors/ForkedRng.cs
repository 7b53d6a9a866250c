namespace Distillation;

/// <summary>Seeds libtorch's generator for a run (dropout and the like use it), and brings back the application's own state afterward.</summary>
internal sealed class ForkedRng : IDisposable
{
    private const int Numbers = 624;
    private const int LeftAt = 8;

    private readonly Tensor _state = torch.get_rng_state().DetachFromDisposeScope();

    public ForkedRng(int seed) => torch.random.manual_seed(seed);

    /// <summary>Gets the state of the generator, in the current dispose scope.</summary>
    public static Tensor State => torch.get_rng_state();

    /// <summary>Brings a state back.</summary>
    /// <exception cref="InvalidDataException">The generator cannot have been in that state. libtorch itself would end the process.</exception>
    public static void Restore(Tensor state)
    {
        // The state of the Mersenne twister has how many of its numbers are left, whether it was seeded, and which one is the next.
        ReadOnlySpan<byte> bytes = state.bytes;
        int left = BitConverter.ToInt32(bytes[LeftAt..]);
        int seeded = BitConverter.ToInt32(bytes[(LeftAt + 4)..]);
        uint next = BitConverter.ToUInt32(bytes[(LeftAt + 8)..]);
        if (left is < 1 or > Numbers || seeded == 0 || next > Numbers)
        {
            throw new InvalidDataException(
                $"The saved generator of random numbers is damaged: of its {Numbers} numbers {left} are left, and number {next} is the next.");
        }

        torch.set_rng_state(state);
    }

    public void Dispose()
    {
        torch.set_rng_state(_state);
        _state.Dispose();
    }
}
