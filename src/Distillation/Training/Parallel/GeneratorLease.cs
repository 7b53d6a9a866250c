namespace Distillation.Training;

/// <summary>
/// libtorch's generator, seeded for a training. Of several trainings at once, one has it until its first update shows whether it draws from it.
/// </summary>
/// <remarks>A training that draws keeps the generator to its end, so that trainings that draw run one after the other, each with its own numbers.</remarks>
internal sealed class GeneratorLease : IDisposable
{
    private static readonly Lock Generator = new();

    private readonly bool _isLocked;
    private bool _isDecided;
    private ForkedRng? _rng;
    private Tensor? _before;

    /// <summary>Seeds the generator; on a thread that trains beside others, once it is free.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="isKept">Whether the training keeps the generator to its end, also if it does not draw.</param>
    public GeneratorLease(int seed, bool isKept)
    {
        _isLocked = IsOneOfSeveral;
        _isDecided = isKept || !_isLocked;
        if (_isLocked)
        {
            Generator.Enter();
        }

        _rng = new ForkedRng(seed);
    }

    /// <summary>Gets or sets whether the trainings of this thread run beside those of others.</summary>
    [field: ThreadStatic]
    public static bool IsOneOfSeveral { get; set; }

    /// <summary>Runs a function with the generator seeded, while no training has it.</summary>
    public static T Run<T>(int seed, Func<T> create)
    {
        lock (Generator)
        {
            using var rng = new ForkedRng(seed);
            return create();
        }
    }

    /// <summary>Keeps the state of the generator before the first update.</summary>
    public void BeginUpdate() => _before = _isDecided ? null : ForkedRng.State.DetachFromDisposeScope();

    /// <summary>Frees the generator if the first update did not draw from it.</summary>
    public void EndUpdate()
    {
        if (_before is null)
        {
            return;
        }

        using Tensor before = _before;
        (_before, _isDecided) = (null, true);
        using Tensor after = ForkedRng.State;
        if (after.bytes.SequenceEqual(before.bytes))
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        _before?.Dispose();
        if (_rng is null)
        {
            return;
        }

        _rng.Dispose();
        _rng = null;
        if (_isLocked)
        {
            Generator.Exit();
        }
    }
}
