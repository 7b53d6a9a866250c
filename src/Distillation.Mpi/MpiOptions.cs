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

    /// <summary>
    /// Gets how long a rank waits for the others in a sum or a broadcast. After that it ends the job: a rank that hangs is not noticed otherwise.
    /// </summary>
    /// <value>
    /// Positive. The default value is ten minutes. It must be longer than anything that a rank does while the others wait, such as the first reading of its
    /// data.
    /// </value>
    public TimeSpan Timeout { get; init => field = TimeSpan.FromTicks(Require.Positive(value.Ticks, nameof(Timeout))); } = TimeSpan.FromMinutes(10);
}
