namespace Distillation.Images.Tests;

/// <summary>Prepared images that are kept in memory and on the disk.</summary>
public sealed class CacheTests : IDisposable
{
    private static readonly ImageOptions Small = ImageOptions.Square(8);

    private readonly TempDirectory _directory = new();
    private readonly TempDirectory _cache = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public CacheTests() => Pictures.MakeClasses(_directory.Path);

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
        _cache.Dispose();
    }

    [Fact]
    public void Memory_keeps_as_many_images_as_fit()
    {
        ImageFolder folder = Open(new() { MemoryCacheBytes = (3 * 3 * 8 * 8) + 191, DecodingThreads = 1 });
        File.WriteAllText(folder.Paths[2], "kept, no more needed");
        File.WriteAllText(folder.Paths[3], "not kept");

        folder.Read(torch.tensor([0L, 1, 2])).Count.Should().Be(3);
        folder.Invoking(it => it.Read(torch.tensor([3L]))).Should().Throw<InvalidDataException>();
    }

    [Fact]
    public void Disk_keeps_an_image_for_each_content_and_preparation()
    {
        Open(new() { CacheDirectory = _cache.Path });
        Files().Should().HaveCount(8);

        File.Copy(At("cat/000.png"), At("cat/copy.png"));
        Open(new() { CacheDirectory = _cache.Path });
        Files().Should().HaveCount(8);

        ImageFolder.Open(_directory.Path, Small with { Channels = ImageChannels.Gray }, new() { CacheDirectory = _cache.Path });
        Files().Should().HaveCount(16);
    }

    [Fact]
    public void Images_on_the_disk_are_read_from_there()
    {
        ImageFolder first = Open(new() { CacheDirectory = _cache.Path });
        string cached = Files()[0];
        byte[] pixels = new byte[192];
        pixels.AsSpan().Fill(51);
        File.WriteAllBytes(cached, [.. pixels, .. System.Security.Cryptography.SHA256.HashData(pixels)]);

        Tensor images = Pictures.All(first);

        images.eq(51f / 255).flatten(1).all(1).sum().item<long>().Should().Be(1);
    }

    [Fact]
    public void Damaged_files_of_the_cache_are_replaced()
    {
        ImageFolder folder = Open(new() { CacheDirectory = _cache.Path });
        Tensor before = Pictures.All(folder);
        string[] files = Files();
        byte[] whole = File.ReadAllBytes(files[0]);
        File.WriteAllBytes(files[0], [(byte)(whole[0] ^ 1), .. whole[1..]]);
        File.WriteAllBytes(files[1], whole[..50]);

        Pictures.All(folder).Equals(before).Should().BeTrue();
        File.ReadAllBytes(files[0]).Should().Equal(whole);
        new FileInfo(files[1]).Length.Should().Be(whole.Length);
    }

    [Fact]
    public void File_that_changes_is_prepared_anew()
    {
        ImageFolder folder = Open(new() { CacheDirectory = _cache.Path });
        File.Copy(folder.Paths[4], folder.Paths[0], overwrite: true);

        Tensor images = Pictures.All(folder);

        images[0].Equals(images[4]).Should().BeTrue();
    }

    private ImageFolder Open(ImageFolderOptions options) => ImageFolder.Open(_directory.Path, Small, options);

    private string[] Files() => [.. Directory.GetFiles(_cache.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private string At(string path) => Path.Combine(_directory.Path, path);
}
