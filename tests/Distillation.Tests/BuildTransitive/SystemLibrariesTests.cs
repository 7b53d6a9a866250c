using System.Text;

namespace Distillation.Tests.BuildTransitive;

public sealed class SystemLibrariesTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Name = "libstdc++.so.6";

    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Library_with_the_version_has_it() => Have(Library("new", "GLIBCXX_3.4.31", Version)).Should().BeTrue();

    [Fact]
    public void Library_with_older_or_longer_versions_lacks_it() => Have(Library("old", "GLIBCXX_3.4.3", "GLIBCXX_3.4.320")).Should().BeFalse();

    [Fact]
    public void One_library_that_lacks_the_version_decides() => Have(Library("new", Version), Library("old", "GLIBCXX_3.4.30")).Should().BeFalse();

    [Fact]
    public void Paths_come_from_the_cache_of_the_loader()
    {
        string library = Library("new", Version);
        string cache = Path.Combine(_directory, "ld.so.cache");
        byte[] strings = Encoding.UTF8.GetBytes($"{Name}\0{library}\0/nowhere/{Name}\0{library}x\0");
        File.WriteAllBytes(cache, [.. "glibc-ld.so.cache1.1"u8, 0, 0xff, 0xfe, 0, .. strings]);

        Have(cache).Should().BeTrue();
    }

    [Fact]
    public void Libraries_of_other_processors_do_not_count()
    {
        Have(Library("new", Version), Library("arm", machine: 183)).Should().BeTrue();
        Have(Library("arm", machine: 183, Version)).Should().BeFalse();
    }

    [Fact]
    public void Without_a_library_that_can_be_read_the_answer_is_no()
    {
        Have().Should().BeFalse();
        Have(Library("new", Version), Path.Combine(_directory, Name)).Should().BeFalse();
        Have(Path.Combine(_directory, "ld.so.cache")).Should().BeFalse();
    }

    private static bool Have(params string[] places) => SystemLibraries.Have(Version, Name, places);

    private string Library(string folder, params string[] versions) => Library(folder, machine: 62, versions);

    private string Library(string folder, byte machine, params string[] versions)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, folder)).FullName, Name);
        byte[] file = ElfSymbolVersionsTests.Elf(versions);
        file[18] = machine;
        File.WriteAllBytes(path, file);
        return path;
    }
}
