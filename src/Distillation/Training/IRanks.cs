namespace Distillation;

/// <summary>
/// The processes that train the same models together, called ranks as in MPI: <see cref="TrainerOptions.Ranks"/>. Package <c>Distillation.Mpi</c> has those of
/// an MPI program; another transport implements this interface.
/// </summary>
/// <remarks>
/// <para>
/// Every rank runs the same program on the same data. Each computes the gradient of its part of a batch; the parts are summed, and every rank makes the same
/// update, so that the weights stay the same bits everywhere.
/// </para>
/// <para>
/// Sums and broadcasts are collective: every rank calls them in the same order, with tensors of the same length and type. A run
/// calls them on the thread that trains.
/// </para>
/// </remarks>
public interface IRanks
{
    /// <summary>Gets the number of this rank.</summary>
    /// <value>In [0, <see cref="Count"/>). It does not change.</value>
    int Rank { get; }

    /// <summary>Gets the number of ranks.</summary>
    /// <value>Positive. It does not change. With 1, a run is an ordinary one, and calls no other member.</value>
    int Count { get; }

    /// <summary>Adds up tensors over all ranks, in place.</summary>
    /// <param name="flat">
    /// [N] float32 or float64, contiguous, on the CPU. It receives the sum, with the same bits on every rank. Infinities and NaN are summed as IEEE 754 has it.
    /// </param>
    void Sum(Tensor flat);

    /// <summary>Adds up gradients, and the exact numbers that follow them, over all ranks, in place.</summary>
    /// <remarks>
    /// A run makes one such call for each update. A transport that sends gradients in a smaller type implements this method; the default calls
    /// <see cref="Sum"/>. It is collective, as <see cref="Sum"/> is.
    /// </remarks>
    /// <param name="flat">
    /// [N] float32 or float64, contiguous, on the CPU. It receives the sum, with the same bits on every rank. Infinities and NaN are summed as IEEE 754 has it.
    /// </param>
    /// <param name="gradients">
    /// How many of the first numbers are gradients, in [0, N]. A transport may round these; the rest is summed as <see cref="Sum"/> does.
    /// </param>
    void SumGradients(Tensor flat, long gradients) => Sum(flat);

    /// <summary>Copies a tensor of rank 0 to all ranks.</summary>
    /// <param name="flat">[N] of any type, contiguous, on the CPU. On rank 0 it is read, on the others overwritten.</param>
    void Broadcast(Tensor flat);

    /// <summary>Ends all ranks, because this one cannot go on: none may wait for it for good.</summary>
    /// <remarks>
    /// A run calls it for an exception that the other ranks do not know of. It may end the process. Where it returns, the exception goes on to the caller of
    /// the run, and <see cref="Sum"/> and <see cref="Broadcast"/> of the other ranks throw.
    /// </remarks>
    /// <param name="reason">The exception of this rank.</param>
    void Fail(Exception reason);
}
