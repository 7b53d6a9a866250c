using Distillation.Checkpoints;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Tests.Checkpoints;

public sealed class DiskTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Files_and_directories_are_flushed()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "a");

        FluentActions.Invoking(() => Disk.FlushFile(file)).Should().NotThrow();
        FluentActions.Invoking(() => Disk.FlushDirectory(_folder.FullName)).Should().NotThrow();
    }

    [Fact]
    public void Flush_that_the_system_refuses_throws()
    {
        using var closed = new SafeFileHandle(1_000_000, ownsHandle: false);

        FluentActions.Invoking(() => Disk.Flush(closed, "file")).Should().Throw<IOException>().WithMessage("*file*");
    }

    [Fact]
    public void Directory_has_one_lock_until_it_is_disposed()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using (Disk.LockDirectory(_folder.FullName))
        {
            FluentActions.Invoking(() => Disk.LockDirectory(_folder.FullName)).Should().Throw<IOException>();
        }

        Disk.LockDirectory(_folder.FullName)!.Dispose();
    }
}
