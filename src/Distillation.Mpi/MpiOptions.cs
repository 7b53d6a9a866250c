namespace Distillation.Mpi;

/// <summary>How a program joins the ranks of an MPI job. Every value is checked where it is written.</summary>
public sealed record MpiOptions
{
    /// <summary>Gets the MPI library: a path, or a name that the system's loader finds.</summary>
    /// <value>
    /// Not empty, or <see langword="null"/>: the library of the launcher, Open MPI's (<c>libmpi.so.40</c>) or one with the interface of MPICH
    /// (<c>libmpich.so.12</c>, <c>libmpi.so.12</c>: MPICH, Intel MPI, MVAPICH; <c>msmpi.dll</c>). The default value is <see langword="null"/>.
    /// </value>
    public string? Library { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>Gets whether gradients travel as bfloat16, in half the bytes: for networks that are slower than a step.</summary>
    /// <value>
    /// The default value is <see langword="false"/>: gradients are summed in their own type. All ranks must have the same value.
    /// </value>
    /// <remarks>
    /// Each rank rounds its gradients, sums its share of all of them in their own type, and rounds the sum, so that an element differs from the sum by at most
    /// 2⁻⁷ of the sum of magnitudes. All ranks still have the same bits. Losses, flags and validation stay exact. PyTorch's <c>bf16_compress_hook</c>
    /// (DistributedDataParallel) sends the same type, and sums in it.
    /// </remarks>
    public bool CompressGradients { get; init; }

    /// <summary>
    /// Gets how long a rank waits for the others in a sum or a broadcast. After that it ends the job: a rank that hangs is not noticed otherwise.
    /// </summary>
    /// <value>
    /// Positive. The default value is ten minutes. It must be longer than anything that a rank does while the others wait, such as the first reading of its
    /// data.
    /// </value>
    public TimeSpan Timeout { get; init => field = TimeSpan.FromTicks(Require.Positive(value.Ticks, nameof(Timeout))); } = TimeSpan.FromMinutes(10);
}
