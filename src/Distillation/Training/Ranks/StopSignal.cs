namespace Distillation.Training;

/// <summary>Whether a run is to end before its last step: by the token of the caller or by the system, on this rank or on another one.</summary>
/// <param name="group">The ranks; <see langword="null"/> for one alone.</param>
/// <param name="canceled">The token of the caller.</param>
/// <param name="stopped">The token of the caller, which the system's signal to end the process cancels as well.</param>
internal sealed class StopSignal(RankGroup? group, CancellationToken canceled, CancellationToken stopped)
{
    private bool _canceled;
    private bool _terminated;

    /// <summary>Gets the token that ends work of this rank.</summary>
    public CancellationToken Token => stopped;

    /// <summary>Gets whether the run is to end; of several ranks, whether that is agreed.</summary>
    public bool IsSet => group is null ? stopped.IsCancellationRequested : _canceled || _terminated;

    /// <summary>Gets whether the caller ended the run, and not the system.</summary>
    public bool IsCanceled => group is null ? canceled.IsCancellationRequested : _canceled;

    /// <summary>Gets the marks of this rank: whether the caller has canceled here, and whether the system has.</summary>
    public (double Canceled, double Terminated) Own =>
        (canceled.IsCancellationRequested ? 1 : 0, stopped.IsCancellationRequested && !canceled.IsCancellationRequested ? 1 : 0);

    /// <summary>Takes the sums of the marks of all ranks.</summary>
    public void Agree(double sumCanceled, double sumTerminated) => (_canceled, _terminated) = (sumCanceled > 0, sumTerminated > 0);

    /// <summary>Agrees with the other ranks, if there are any.</summary>
    public void Agree()
    {
        if (group is null)
        {
            return;
        }

        using Tensor marks = torch.tensor([Own.Canceled, Own.Terminated]);
        group.Sum(marks);
        ReadOnlySpan<double> sums = [.. marks.data<double>()];
        Agree(sums[0], sums[1]);
    }
}
