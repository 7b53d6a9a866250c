namespace Distillation.Images.Tests;

public sealed class ImagePreprocessingTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, "model", "images.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var options = new ImageOptions
        {
            Height = 12,
            Width = 20,
            Resize = ImageResize.Pad,
            Interpolation = ImageInterpolation.Lanczos,
            Background = new(1, 2, 3),
            Normalization = ImageNormalization.ImageNet,
            MaxPixels = 1_000_000,
            MaxFileBytes = 5_000,
        };
        new ImagePreprocessing { ClassNames = ["a \"b\"", "ü"], Options = options }.Save(File);

        ImagePreprocessing loaded = ImagePreprocessing.Load(File);

        loaded.ClassNames.Should().Equal("a \"b\"", "ü");
        loaded.Options.Normalization!.Mean.Should().Equal(options.Normalization.Mean);
        loaded.Options.Normalization.StandardDeviation.Should().Equal(options.Normalization.StandardDeviation);
        (loaded.Options with { Normalization = null }).Should().Be(options with { Normalization = null });
    }

    [Fact]
    public void Gray_images_without_normalization_and_classes_are_saved_too()
    {
        new ImagePreprocessing { ClassNames = [], Options = ImageOptions.Square(8) with { Channels = ImageChannels.Gray } }.Save(File);

        ImagePreprocessing.Load(File).Options.Should().Be(ImageOptions.Square(8) with { Channels = ImageChannels.Gray });
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"other\"}")]
    [InlineData("{\"format\":\"distillation-images\",\"version\":1}")]
    public void Another_file_is_refused(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);

        FluentActions.Invoking(() => ImagePreprocessing.Load(File)).Should().Throw<InvalidDataException>().WithMessage("*images.json*");
    }

    [Fact]
    public void Damaged_numbers_are_refused()
    {
        new ImagePreprocessing { ClassNames = ["a"], Options = ImageOptions.Square(8) }.Save(File);
        string saved = System.IO.File.ReadAllText(File);

        foreach ((string from, string to) in new[] { ("\"height\": 8", "\"height\": 0"), ("CenterCrop", "Center"), ("\"version\": 1", "\"version\": 2") })
        {
            System.IO.File.WriteAllText(File, saved.Replace(from, to, StringComparison.Ordinal));
            FluentActions.Invoking(() => ImagePreprocessing.Load(File)).Should().Throw<InvalidDataException>($"of {to}");
        }
    }
}
