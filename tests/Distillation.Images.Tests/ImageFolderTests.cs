using Distillation.Data;
using Distillation.Tests;

namespace Distillation.Images.Tests;

public sealed class ImageFolderTests : IDisposable
{
    private static readonly ImageOptions Small = ImageOptions.Square(8);

    private readonly TempDirectory _directory = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public ImageFolderTests() => Pictures.MakeClasses(_directory.Path);

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Classes_are_the_directories_in_ordinal_order()
    {
        Directory.Move(At("dog"), At("Zebra"));

        ImageFolder folder = ImageFolder.Open(_directory.Path, Small);

        folder.ClassNames.Should().Equal("Zebra", "cat");
        folder.ClassIds.Should().Equal(0, 0, 0, 0, 1, 1, 1, 1);
        folder.Paths.Select(Path.GetFileName).Should().Equal("001.png", "003.jpg", "005.png", "007.jpg", "000.png", "002.jpg", "004.png", "006.jpg");
    }

    [Fact]
    public void Images_below_a_class_follow_directory_by_directory()
    {
        Directory.CreateDirectory(At("cat/b"));
        File.Move(At("cat/000.png"), At("cat/b/z.png"));
        File.Move(At("cat/002.jpg"), At("cat/b.jpg"));

        ImageFolder folder = ImageFolder.Open(_directory.Path, Small);

        folder.Paths.Take(4).Select(path => Path.GetRelativePath(At("cat"), path)).Should().Equal("004.png", "006.jpg", "b.jpg", Path.Combine("b", "z.png"));
    }

    [Fact]
    public void Batches_have_the_images_of_the_numbers_in_their_order()
    {
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small);

        Batch batch = folder.Read(torch.tensor([5L, 0, 5]));

        batch.Inputs.shape.Should().Equal(3, 3, 8, 8);
        batch.Labels!.data<long>().ToArray().Should().Equal(1, 0, 1);
        batch.Inputs[0].Equals(ImageReader.Read(folder.Paths[5], Small)).Should().BeTrue();
        batch.Inputs[1].Equals(ImageReader.Read(folder.Paths[0], Small)).Should().BeTrue();
        batch.Inputs[2].Equals(batch.Inputs[0]).Should().BeTrue();
    }

    [Fact]
    public void Any_number_of_threads_and_any_cache_give_the_same_bits()
    {
        Tensor plain = Pictures.All(ImageFolder.Open(_directory.Path, Small, new() { DecodingThreads = 1 }));
        string cache = At("../" + Path.GetFileName(_directory.Path) + "-cache");
        try
        {
            foreach (var options in new ImageFolderOptions[]
            {
                new() { DecodingThreads = 4 },
                new() { DecodingThreads = 4, MemoryCacheBytes = 3 * 3 * 8 * 8 },
                new() { MemoryCacheBytes = 1_000_000, BrokenImages = BrokenImages.RefuseWhenRead },
                new() { CacheDirectory = cache },
                new() { CacheDirectory = cache, BrokenImages = BrokenImages.RefuseWhenRead },
            })
            {
                ImageFolder folder = ImageFolder.Open(_directory.Path, Small, options);
                Pictures.All(folder).Equals(plain).Should().BeTrue();
                Pictures.All(folder).Equals(plain).Should().BeTrue();
            }
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    [Fact]
    public void Splits_subsets_shards_and_concatenations_read_the_same_images()
    {
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small);
        Tensor all = Pictures.All(folder);

        (IDataSource train, IDataSource heldOut) = folder.SplitStratified(0.75, seed: 3);
        Tensor shard = Pictures.All(folder.Shard(1, 3));
        Tensor both = Pictures.All(folder.Subset(6..).Concat(folder.Subset([2])));

        train.Count.Should().Be(6);
        heldOut.Read(torch.tensor([0L, 1])).Labels!.data<long>().ToArray().Should().Equal(0, 1);
        shard.Equals(all.index_select(0, torch.tensor([1L, 4, 7]))).Should().BeTrue();
        both.Equals(all.index_select(0, torch.tensor([6L, 7, 2]))).Should().BeTrue();
    }

    [Fact]
    public void Loaded_images_are_those_that_are_read()
    {
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small with { Normalization = ImageNormalization.ImageNet });

        using TensorData loaded = folder.Load();

        loaded.Inputs.Equals(Pictures.All(folder)).Should().BeTrue();
        loaded.Labels!.data<long>().ToArray().Should().Equal(folder.ClassIds);
    }

    [Fact]
    public void Unlabeled_images_are_read_from_all_directories()
    {
        ImageFolder folder = ImageFolder.OpenUnlabeled(_directory.Path, Small);

        folder.Count.Should().Be(8);
        folder.ClassNames.Should().BeEmpty();
        folder.ClassIds.Should().BeNull();
        folder.Read(torch.tensor([0L])).Labels.Should().BeNull();
        folder.Invoking(it => it.SplitStratified(0.5)).Should().Throw<InvalidOperationException>().WithMessage("*Split.Random*");
    }

    [Fact]
    public void Class_names_of_the_training_data_give_test_data_their_ids()
    {
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small, new() { ClassNames = ["ant", "dog", "cat"] });

        folder.ClassNames.Should().Equal("ant", "dog", "cat");
        folder.ClassIds.Should().Equal(2, 2, 2, 2, 1, 1, 1, 1);
        FluentActions.Invoking(() => ImageFolder.Open(_directory.Path, Small, new() { ClassNames = ["cat"] }))
            .Should().Throw<InvalidDataException>().WithMessage("*must be of one of the classes cat, but is of 'dog'*");
    }

    [Fact]
    public void Directory_without_images_is_no_class()
    {
        Directory.CreateDirectory(At("empty"));
        File.WriteAllText(At("empty/notes.txt"), "no image");

        FluentActions.Invoking(() => ImageFolder.Open(_directory.Path, Small)).Should().Throw<InvalidDataException>().WithMessage("*empty' has none*");
        FluentActions.Invoking(() => ImageFolder.Open(At("empty"), Small)).Should().Throw<InvalidDataException>().WithMessage("*one directory for each class*");
        FluentActions.Invoking(() => ImageFolder.OpenUnlabeled(At("empty"), Small)).Should().Throw<InvalidDataException>().WithMessage("*must have images*");
        FluentActions.Invoking(() => ImageFolder.Open(At("none"), Small)).Should().Throw<DirectoryNotFoundException>();
    }

    [Fact]
    public void Files_of_other_extensions_are_listed_as_ignored()
    {
        File.WriteAllText(At("cat/notes.txt"), "no image");
        File.WriteAllText(At("readme.md"), "no image");

        ImageFolder folder = ImageFolder.Open(_directory.Path, Small);

        folder.Ignored.Should().Equal(At("cat/notes.txt"), At("readme.md"));
        folder.Describe().Should().Be(
            $"8 images of 2 classes: cat 4, dog 4{Environment.NewLine}  [3, 8, 8] each; 0 broken and 2 other files left out");
    }

    [Fact]
    public void Numbers_outside_the_folder_are_refused() =>
        FluentActions.Invoking(() => ImageFolder.Open(_directory.Path, Small).Read(torch.tensor([8L])))
            .Should().Throw<ArgumentException>().WithMessage("*[0, 7]*8*");

    [Fact]
    public void Reading_leaves_no_tensor_behind()
    {
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small with { Normalization = ImageNormalization.ImageNet });

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            folder.Read(torch.tensor([0L, 1]));
            ImageReader.Read(folder.Paths[0], folder.Options);
            folder.Load().Dispose();
        });
    }

    private string At(string path) => Path.GetFullPath(Path.Combine(_directory.Path, path));
}
