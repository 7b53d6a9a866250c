namespace Distillation.Images.Tests;

public sealed class ImageOptionsTests
{
    [Fact]
    public void Values_are_divided_by_255_and_normalized()
    {
        using var scope = torch.NewDisposeScope();
        byte[] encoded = Pictures.Encoded(1);
        ImageOptions plain = ImageOptions.Square(8);

        Tensor image = ImageReader.Read(encoded, plain);
        Tensor normalized = ImageReader.Read(encoded, plain with { Normalization = ImageNormalization.ImageNet });

        double[] values = [.. image[2].flatten().data<float>().Select(value => (value - 0.406) / 0.225)];
        double[] actual = [.. normalized[2].flatten().data<float>().Select(value => (double)value)];
        actual.Zip(values, (one, other) => Math.Abs(one - other)).Max().Should().BeLessThan(1e-6);
        image.max().item<float>().Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Path_a_stream_and_bytes_give_the_same_image()
    {
        using var scope = torch.NewDisposeScope();
        string path = Reference.PathOf("rgb420.jpg");
        ImageOptions options = ImageOptions.Square(16);
        using FileStream stream = File.OpenRead(path);

        Tensor image = ImageReader.Read(path, options);

        image.Equals(ImageReader.Read(stream, options)).Should().BeTrue();
        image.Equals(ImageReader.Read(File.ReadAllBytes(path), options)).Should().BeTrue();
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        FluentActions.Invoking(() => ImageOptions.Square(0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Height must be in [1, 32768], but was 0*");
        FluentActions.Invoking(() => ImageOptions.Square(8) with { Resize = (ImageResize)9 }).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*CenterCrop*");
        FluentActions.Invoking(() => ImageOptions.Square(8) with { MaxPixels = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        ImageOptions gray = ImageOptions.Square(8) with { Channels = ImageChannels.Gray };
        FluentActions.Invoking(() => ImageReader.Read([], gray with { Normalization = ImageNormalization.ImageNet }))
            .Should().Throw<ArgumentException>().WithMessage("*1 channels of Gray, but has 3*");
        FluentActions.Invoking(() => ImageReader.Read([], ImageOptions.Square(32_768))).Should().Throw<ArgumentException>().WithMessage("*32768 × 32768*");
        FluentActions.Invoking(() => new ImageFolderOptions { DecodingThreads = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ImageFolderOptions { ClassNames = ["a", "a"] }).Should().Throw<ArgumentException>().WithMessage("*'a' occurs twice*");
        FluentActions.Invoking(() => new ImageFolderOptions { ClassNames = [] }).Should().Throw<ArgumentException>().WithMessage("*at least one name*");
    }
}
