using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Checkpoints;

/// <summary>Flushes to the disk, and locks directories, where .NET hides the failure or has no call.</summary>
/// <remarks>
/// <see cref="RandomAccess.FlushToDisk"/> ignores errors of the device on Unix, and .NET opens no directory, whose entries are flushed by themselves.
/// </remarks>
internal static partial class Disk
{
    // Numbers of the system's headers; those of Linux and macOS are alike but for two.
    private const int Interrupted = 4;
    private const int Exclusive = 2;
    private const int AtOnce = 4;
    private const int InvalidArgument = 22;

    // fcntl of macOS, whose fsync stops at the cache of the drive.
    private const int FullFlush = 51;

    /// <summary>Waits until a file is on the disk.</summary>
    /// <exception cref="IOException">The system reports that it is not.</exception>
    public static void FlushFile(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        Flush(file, path);
    }

    /// <summary>Waits until the entries of a directory are on the disk. Windows writes them with the files.</summary>
    /// <exception cref="IOException">The system reports that they are not.</exception>
    public static void FlushDirectory(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            using SafeFileHandle directory = OpenDirectory(path);
            Flush(directory, path);
        }
    }

    /// <summary>Takes the lock of a directory itself, which stays where a file in it is deleted.</summary>
    /// <returns>The lock, until disposal; <see langword="null"/> where the system has none for directories (Windows, some network file systems).</returns>
    /// <exception cref="IOException">Another process, or another lock of this one, has it.</exception>
    public static SafeFileHandle? LockDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        SafeFileHandle directory = OpenDirectory(path);
        if (Lock(directory, Exclusive | AtOnce) == 0)
        {
            return directory;
        }

        int error = Marshal.GetLastPInvokeError();
        directory.Dispose();
        return error == WouldBlock ? throw Failure(path, "locked", error) : null;
    }

    internal static void Flush(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        if (OperatingSystem.IsMacOS() && Control(file, FullFlush) == 0)
        {
            return;
        }

        int error = 0;
        while (Sync(file) != 0 && (error = Marshal.GetLastPInvokeError()) == Interrupted)
        {
            error = 0;
        }

        // A file system that cannot flush at all has nothing that it could lose later than the rest.
        if (error is not (0 or InvalidArgument))
        {
            throw Failure(path, "flushed to the disk", error);
        }
    }

    private static int WouldBlock => OperatingSystem.IsMacOS() ? 35 : 11;

    // For reading, and for this process alone: a child that inherited the handle would keep the lock.
    private static int ReadOnlyNotInherited => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    private static SafeFileHandle OpenDirectory(string path)
    {
        SafeFileHandle directory = Open(path, ReadOnlyNotInherited);
        if (!directory.IsInvalid)
        {
            return directory;
        }

        int error = Marshal.GetLastPInvokeError();
        directory.Dispose();
        throw Failure(path, "opened", error);
    }

    private static IOException Failure(string path, string what, int error) =>
        new($"'{path}' could not be {what}: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
