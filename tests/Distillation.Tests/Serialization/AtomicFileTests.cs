using System.Text;
using Distillation.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Tests.Serialization;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(_folder.FullName, "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Replace_writes_the_whole_file_when_the_name_exists()
    {
        AtomicFile.Replace(File, Writes("a long beginning"));
        AtomicFile.Replace(File, Writes("short"));

        Content().Should().Be("short");
        Names().Should().Equal("file");
    }

    [Fact]
    public void Replace_creates_the_directory_when_it_is_missing()
    {
        string path = Path.Combine(_folder.FullName, "one", "two", "file");

        AtomicFile.Replace(path, Writes("new"));

        System.IO.File.ReadAllText(path).Should().Be("new");
    }

    [Fact]
    public void Replace_keeps_the_file_and_deletes_the_draft_when_writing_fails()
    {
        AtomicFile.Replace(File, Writes("before"));

        FluentActions.Invoking(() => AtomicFile.Replace(File, handle =>
        {
            Writes("half")(handle);
            throw new IOException("full");
        })).Should().Throw<IOException>().WithMessage("full");

        Content().Should().Be("before");
        Names().Should().Equal("file");
    }

    [Fact]
    public void Name_has_the_old_file_while_the_new_one_is_written()
    {
        AtomicFile.Replace(File, Writes("before"));
        string? meanwhile = null;

        AtomicFile.Replace(File, handle =>
        {
            Writes("after")(handle);
            meanwhile = Content();
        });

        meanwhile.Should().Be("before");
        Content().Should().Be("after");
    }

    [Fact]
    public void Create_writes_the_whole_file_when_the_name_is_new()
    {
        AtomicFile.Create(File, stream => stream.Write("new"u8));

        Content().Should().Be("new");
        Names().Should().Equal("file");
    }

    [Fact]
    public void Create_keeps_the_file_and_deletes_the_draft_when_the_name_exists()
    {
        AtomicFile.Create(File, stream => stream.Write("first"u8));

        FluentActions.Invoking(() => AtomicFile.Create(File, stream => stream.Write("second"u8))).Should().Throw<IOException>();

        Content().Should().Be("first");
        Names().Should().Equal("file");
    }

    [Fact]
    public void Create_throws_when_the_directory_is_missing()
    {
        string path = Path.Combine(_folder.FullName, "missing", "file");

        FluentActions.Invoking(() => AtomicFile.Create(path, stream => stream.Write("new"u8))).Should().Throw<DirectoryNotFoundException>();

        Names().Should().BeEmpty();
    }

    private static Action<SafeFileHandle> Writes(string text) => handle => RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text), fileOffset: 0);

    private string Content() => System.IO.File.ReadAllText(File);

    private string[] Names() => [.. _folder.EnumerateFileSystemInfos().Select(entry => entry.Name)];
}
