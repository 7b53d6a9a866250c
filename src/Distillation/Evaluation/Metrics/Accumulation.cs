namespace Distillation.Evaluation;

/// <summary>The merged states of batches.</summary>
internal sealed class Accumulation(MetricReduction reduction) : IDisposable
{
    private readonly List<Tensor> _states = [];

    public bool IsEmpty => _states.Count == 0;

    /// <summary>Adds a copy of a state.</summary>
    /// <exception cref="InvalidOperationException">The state has another shape than those before.</exception>
    public void Add(Tensor state)
    {
        if (!IsEmpty && !Fits(state))
        {
            throw new InvalidOperationException(
                $"A model must give the same number of outputs for every batch, but the state was {Shapes.Of(_states[0])} and then {Shapes.Of(state)}.");
        }

        if (reduction == MetricReduction.Concatenate || IsEmpty)
        {
            using Tensor values = state.detach();
            _states.Add(values.clone().DetachFromDisposeScope());
            return;
        }

        _ = _states[0].AddInPlace(state);
    }

    public void Add(Accumulation other)
    {
        foreach (Tensor state in other._states)
        {
            Add(state);
        }
    }

    /// <summary>Returns the merged state, in the current dispose scope.</summary>
    public Tensor Merged() => _states.Count == 1 ? _states[0].alias() : torch.cat(_states, 0);

    public void Clear()
    {
        foreach (Tensor state in _states)
        {
            state.Dispose();
        }

        _states.Clear();
    }

    public void Dispose() => Clear();

    private bool Fits(Tensor state) => reduction == MetricReduction.Concatenate
        ? state.dim() == _states[0].dim() && state.shape.Skip(1).SequenceEqual(_states[0].shape.Skip(1))
        : Shapes.Same(_states[0], state);
}
