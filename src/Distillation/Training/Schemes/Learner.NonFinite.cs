namespace Distillation.Training;

/// <content>Finds losses, gradients and weights that are not finite, and undoes an update.</content>
public sealed partial class Learner
{
    private double _rateFactor = 1;
    private LossMeter? _meterBefore;
    private TensorSnapshot? _buffersBefore;

    /// <summary>Gets whether a loss of this update, where it was inspected, is not finite.</summary>
    internal bool HasDiverged { get; private set; }

    /// <summary>Creates every update one that can be undone: losses are then inspected on every device.</summary>
    internal void MakeUndoable() => _buffersBefore = new([.. Buffers()]);

    internal void BeginUpdate()
    {
        HasDiverged = false;
        HasSpoiledBuffers = false;
        if (_buffersBefore is { } buffers)
        {
            _meterBefore?.Dispose();
            _meterBefore = _meter.Copy();
            buffers.Keep();
        }
    }

    /// <summary>Clears the gradient of an update and its losses, and restores the buffers.</summary>
    internal void UndoUpdate()
    {
        DropGradients();
        _buffersBefore!.Restore();
        (IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> weights) = _meterBefore!.Numbers;
        _meter.Restore(_meterBefore.Tensors, sums, weights);
        _meterBefore = null;
    }

    /// <summary>
    /// Returns whether the buffers of student and loss are finite, on all ranks: statistics of normalization may not be where loss and gradient are.
    /// </summary>
    internal bool HasFiniteBuffers() => !HasSpoiledBuffers && FiniteNumbers.Are(Buffers().Where(torch.is_floating_point));

    internal bool HasFiniteGradient() => FiniteNumbers.Are(_parameters.Select(parameter => parameter.grad).OfType<Tensor>());

    internal bool HasFiniteWeights() => FiniteNumbers.Are(_parameters);

    /// <summary>Sets the factor of the learning rate: below 1 after a roll-back.</summary>
    internal void SlowDown(double factor) => _rateFactor = factor;

    /// <summary>Creates the optimizer anew, without its state.</summary>
    internal void RenewOptimizer()
    {
        RequirePrepared().Dispose();
        _optimizer = Strategy.Create(_named);
    }

    /// <summary>Returns the buffers of student and loss.</summary>
    internal IEnumerable<Tensor> Buffers() => [.. Student.Module.buffers(), .. Loss.Module?.buffers() ?? []];
}
