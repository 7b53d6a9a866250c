using System.Runtime.InteropServices;

namespace Distillation.Mpi.Native;

/// <summary>Variables of the C library's environment, which .NET's own do not reach.</summary>
internal static partial class NativeVariables
{
    private const string Signals = "UCX_ERROR_SIGNALS";

    /// <summary>
    /// Keeps UCX, by which MPICH and some builds of Open MPI communicate, from handling SIGSEGV: .NET makes a <see cref="NullReferenceException"/> of it. A
    /// value that the user has set stays.
    /// </summary>
    public static void KeepSignals()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetVariable(Signals, "", overwrite: 0);
        }
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
