namespace Distillation.Training;

/// <summary>
/// Sums over all ranks, between gradient and update, everything that an update depends on, in one flat tensor: the gradients and which parameters have one,
/// the losses of the report, and whether a rank has diverged, is to stop, is due to save, or has failed.
/// </summary>
internal sealed class GradientExchange : IDisposable
{
    private readonly RankGroup _group;
    private readonly IReadOnlyList<Learner> _learners;
    private readonly StopSignal _stop;
    private readonly bool _inspects;
    private readonly Parameter[] _parameters;
    private readonly Tensor _flat;
    private readonly Tensor[] _gradients;
    private readonly Tensor _rest;
    private readonly double[] _numbers;
    private int _place;

    /// <summary>Lays out the tensor, over the parameters of prepared learners.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="learners">The learners of the run.</param>
    /// <param name="stop">What ends the run before its last step.</param>
    /// <param name="inspects">Whether buffers that are not finite hold an update back.</param>
    public GradientExchange(RankGroup group, IReadOnlyList<Learner> learners, StopSignal stop, bool inspects)
    {
        (_group, _learners, _stop) = (group, learners, stop);
        _inspects = inspects;
        _parameters = [.. learners.SelectMany(learner => learner.Parameters).DistinctBy(parameter => parameter.Handle)];
        foreach (Learner learner in learners)
        {
            learner.ShareLosses();
        }

        const int FlagsOfRun = 3;
        _numbers = new double[
            _parameters.Length + learners.Sum(learner => (SharedLoss.Numbers * learner.LossNames.Count) + Learner.Marks) + FlagsOfRun + group.Count];
        using var scope = torch.NewDisposeScope();
        torch.ScalarType dtype = _parameters.Any(parameter => parameter.dtype == torch.ScalarType.Float64)
            ? torch.ScalarType.Float64
            : torch.ScalarType.Float32;
        long total = _parameters.Sum(parameter => parameter.numel());
        _flat = torch.zeros(total + _numbers.Length, dtype).DetachFromDisposeScope();
        _rest = _flat.narrow(0, total, _numbers.Length).DetachFromDisposeScope();
        _gradients = new Tensor[_parameters.Length];
        long start = 0;
        for (int i = 0; i < _gradients.Length; i++)
        {
            Parameter parameter = _parameters[i];
            _gradients[i] = _flat.narrow(0, start, parameter.numel()).view(parameter.shape).DetachFromDisposeScope();
            start += parameter.numel();
        }
    }

    /// <summary>Gets whether rank 0 has a checkpoint due by the clock.</summary>
    public bool IsCheckpointDue { get; private set; }

    /// <summary>Computes the gradient of this rank, and makes it that of all ranks.</summary>
    /// <param name="accumulate">Adds the gradients of this rank's part of the batch.</param>
    /// <param name="isCheckpointDue">Whether a checkpoint is due by the clock of this rank; that of rank 0 counts.</param>
    /// <exception cref="RankFailedException">Another rank failed.</exception>
    public void Run(Action accumulate, bool isCheckpointDue)
    {
        Exception? failure = null;
        try
        {
            accumulate();
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown once all ranks know of it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Pack(isCheckpointDue, failed: failure is not null);
        _group.SumGradients(_flat, _flat.numel() - _rest.numel());
        Unpack(failure);
    }

    public void Dispose()
    {
        Array.ForEach(_gradients, gradient => gradient.Dispose());
        _rest.Dispose();
        _flat.Dispose();
    }

    private void Pack(bool isCheckpointDue, bool failed)
    {
        _place = 0;
        for (int i = 0; i < _parameters.Length; i++)
        {
            Tensor? gradient = _parameters[i].grad;
            _ = gradient is null ? _gradients[i].zero_() : _gradients[i].copy_(gradient);
            Put(gradient is null ? 0 : 1);
        }

        foreach (Learner learner in _learners)
        {
            foreach (SharedLoss loss in learner.TakeOwnLosses())
            {
                Put(loss.Sum);
                Put(loss.Weight);
                Put(loss.Exists);
            }

            Put(learner.HasDiverged ? 1 : 0);
            Put(_inspects && !learner.HasFiniteBuffers() ? 1 : 0);
        }

        (double canceled, double terminated) = _stop.Own;
        Put(canceled);
        Put(terminated);
        Put(_group.IsFirst && isCheckpointDue ? 1 : 0);
        for (int rank = 0; rank < _group.Count; rank++)
        {
            Put(failed && rank == _group.Rank ? 1 : 0);
        }

        using Tensor rest = torch.tensor(_numbers);
        _ = _rest.copy_(rest);
    }

    private void Unpack(Exception? failure)
    {
        using Tensor rest = _rest.to(torch.ScalarType.Float64);
        rest.data<double>().CopyTo(_numbers);
        _group.RequireSuccess(_numbers.AsSpan()[^_group.Count..], failure);
        _place = 0;
        for (int i = 0; i < _parameters.Length; i++)
        {
            // The buffer itself is the gradient where it can be: an update changes it in place, and then drops it.
            Parameter parameter = _parameters[i];
            parameter.grad = Take() > 0 ? _gradients[i].to(parameter.dtype).to(parameter.device) : null;
        }

        foreach (Learner learner in _learners)
        {
            SharedLoss[] losses = new SharedLoss[learner.LossNames.Count];
            for (int i = 0; i < losses.Length; i++)
            {
                losses[i] = new(Take(), Take(), Take());
            }

            learner.AddLosses(losses);
            learner.Mark(hasDiverged: Take() > 0, hasSpoiledBuffers: Take() > 0);
        }

        _stop.Agree(Take(), Take());
        IsCheckpointDue = Take() > 0;
    }

    private void Put(double number) => _numbers[_place++] = number;

    private double Take() => _numbers[_place++];
}
