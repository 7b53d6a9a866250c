using System.Runtime.InteropServices;

namespace Distillation.Mpi.Native;

/// <summary>
/// The handles of an MPI library, which have no common binary form: with Open MPI they are addresses of exported variables, with MPICH and its relatives
/// numbers of <c>mpi.h</c>.
/// </summary>
internal sealed record MpiHandles
{
    private const string OpenMpiWorld = "ompi_mpi_comm_world";

    // The texts by which libraries with the interface of MPICH name themselves ("MPICH ABI Compatibility Initiative", 2013; MS-MPI has the same numbers).
    private static readonly string[] Relatives = ["MPICH", "Intel(R) MPI", "MVAPICH", "CRAY", "Microsoft MPI"];

    public required nint World { get; init; }

    public required nint Float { get; init; }

    public required nint Double { get; init; }

    public required nint Byte { get; init; }

    public required nint Sum { get; init; }

    /// <summary>Gets MPI_IN_PLACE.</summary>
    public required nint InPlace { get; init; }

    /// <summary>Gets MPI_STATUS_IGNORE.</summary>
    public required nint NoStatus { get; init; }

    /// <summary>Gets MPI_ANY_SOURCE.</summary>
    public required int AnySource { get; init; }

    /// <summary>Returns the handles of a library; <see langword="null"/> where its interface is another one.</summary>
    public static MpiHandles? Of(nint library, string version)
    {
        if (NativeLibrary.TryGetExport(library, OpenMpiWorld, out nint world))
        {
            nint Address(string name) => NativeLibrary.GetExport(library, name);
            return new()
            {
                World = world,
                Float = Address("ompi_mpi_float"),
                Double = Address("ompi_mpi_double"),
                Byte = Address("ompi_mpi_byte"),
                Sum = Address("ompi_mpi_op_sum"),
                InPlace = 1,
                NoStatus = 0,
                AnySource = -1,
            };
        }

        return !Relatives.Any(name => version.Contains(name, StringComparison.OrdinalIgnoreCase)) ? null : new()
        {
            World = 0x44000000,
            Float = 0x4c00040a,
            Double = 0x4c00080b,
            Byte = 0x4c00010d,
            Sum = 0x58000003,
            InPlace = -1,
            NoStatus = 1,
            AnySource = -2,
        };
    }
}
