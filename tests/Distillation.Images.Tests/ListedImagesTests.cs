namespace Distillation.Images.Tests;

/// <summary>Images that a list or a CSV file names.</summary>
public sealed class ListedImagesTests : IDisposable
{
    private static readonly ImageOptions Small = ImageOptions.Square(8);

    private readonly TempDirectory _directory = new();

    public ListedImagesTests() => Pictures.MakeClasses(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void List_keeps_its_order()
    {
        ImageFolder folder = ImageFolder.FromList([(At("dog/001.png"), "b"), (At("cat/000.png"), "a"), (At("dog/003.jpg"), "b")], Small);

        folder.ClassIds.Should().Equal(1, 0, 1);
        folder.Paths.Select(Path.GetFileName).Should().Equal("001.png", "000.png", "003.jpg");
        FluentActions.Invoking(() => ImageFolder.FromList([], Small)).Should().Throw<ArgumentException>().WithMessage("files must be positive*");
        FluentActions.Invoking(() => ImageFolder.FromList([(At("cat/000.png"), " ")], Small)).Should().Throw<ArgumentException>()
            .WithMessage("files must have letters*");
    }

    [Fact]
    public void CSV_file_names_paths_and_labels()
    {
        Directory.Move(At("dog"), At("a, \"quoted\" dog"));
        string csv = Csv("id,label,path\r\n1,\"big\ndog\",\"a, \"\"quoted\"\" dog/001.png\"\r\n\r\n2,cat,cat/000.png");

        ImageFolder folder = ImageFolder.FromCsv(csv, Small);

        folder.ClassNames.Should().Equal("big\ndog", "cat");
        folder.ClassIds.Should().Equal(0, 1);
        folder.Paths.Should().Equal(At("a, \"quoted\" dog/001.png"), At("cat/000.png"));
    }

    [Theory]
    [InlineData("", "*at least one image*")]
    [InlineData("path,label\n", "*at least one image*")]
    [InlineData("path,class\ncat/000.png,cat\n", "*one column 'label'*path, class*")]
    [InlineData("path,label,label\ncat/000.png,cat,cat\n", "*one column 'label'*")]
    [InlineData("path,label\ncat/000.png,cat\ncat/002.jpg\n", "Line 3 of*must have 2 fields*'cat/002.jpg'*")]
    [InlineData("path,label\ncat/000.png,\n", "Line 2 of*")]
    [InlineData("path,label\n\"cat/000.png,cat\n", "*quote in line 2 that is not closed*")]
    [InlineData("path,label\n\"cat/000.png\"x,cat\n", "*comma behind the closing quote in line 2*'x'*")]
    [InlineData("path,label\nmissing.png,cat\n", "*1 of 1 are not*missing.png*")]
    public void CSV_file_that_does_not_fit_is_refused(string content, string message) =>
        FluentActions.Invoking(() => ImageFolder.FromCsv(Csv(content), Small)).Should().Throw<InvalidDataException>().WithMessage(message);

    private string Csv(string content)
    {
        File.WriteAllText(At("list.csv"), content);
        return At("list.csv");
    }

    private string At(string path) => Path.GetFullPath(Path.Combine(_directory.Path, path));
}
