namespace Distillation.Mpi.Native;

/// <summary>The names of MPI libraries on the systems.</summary>
internal static class LibraryNames
{
    private static readonly string[] OpenMpi = ["libmpi.so.40", "libmpi.40.dylib"];
    private static readonly string[] Mpich = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "msmpi.dll"];
    private static readonly string[] Either = ["libmpi.so", "libmpi.dylib"];

    /// <summary>Returns the names of this system, those of the launcher first.</summary>
    public static string[] Of(bool prefersOpenMpi) =>
        [.. (prefersOpenMpi ? OpenMpi.Concat(Mpich) : Mpich.Concat(OpenMpi)).Concat(Either).Where(name => name.Contains(Ending, StringComparison.Ordinal))];

    private static string Ending => OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
}
