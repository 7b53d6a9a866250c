using System.Runtime.CompilerServices;

namespace Distillation.Mpi.Worker;

/// <summary>Reads through a null reference after MPI was started, which .NET notices by a signal. Writes <c>caught|rank|library</c>.</summary>
internal static class SignalCommand
{
    public static int Run(string? library)
    {
        using MpiEnvironment mpi = MpiEnvironment.Start(new() { Library = library });
        try
        {
            return Length(null);
        }
        catch (NullReferenceException)
        {
            Line.Write("caught", mpi.Ranks.Rank, mpi.Library ?? "none");
            return 0;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Length(string? text) => text!.Length;
}
