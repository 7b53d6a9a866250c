namespace Distillation.Images.Tests.Decoding;

/// <summary>Decoded pixels against those of Pillow 9.4.</summary>
public sealed class DecodedPixelsTests
{
    private static ImageOptions Options(int width = 45, int height = 33) => new() { Width = width, Height = height, Resize = ImageResize.None };

    [Theory]
    [InlineData("rgb.png", 0)]
    [InlineData("gray.png", 0)]
    [InlineData("palette.png", 0)]
    [InlineData("bits.png", 0)]
    [InlineData("rgb.bmp", 0)]
    [InlineData("lossless.webp", 0)]
    [InlineData("lossy.webp", 1)]
    [InlineData("rgb444.jpg", 2)]
    [InlineData("rgb420.jpg", 2)]
    [InlineData("progressive.jpg", 2)]
    [InlineData("gray.jpg", 2)]
    [InlineData("cmyk.jpg", 2)]
    public void Pixels_are_those_of_Pillow_in_color_and_in_gray(string file, double tolerance)
    {
        using var scope = torch.NewDisposeScope();

        Tensor color = ImageReader.Read(Reference.PathOf(file), Options());
        Tensor gray = ImageReader.Read(Reference.PathOf(file), Options() with { Channels = ImageChannels.Gray });

        color.shape.Should().Equal(3, 33, 45);
        gray.shape.Should().Equal(1, 33, 45);
        Reference.LargestDifference(color, file + ".rgb").Should().BeLessThanOrEqualTo(tolerance + 1e-4);
        Reference.LargestDifference(gray, file + ".l").Should().BeLessThanOrEqualTo(tolerance + 1e-4);
    }

    [Fact]
    public void Animation_is_its_first_frame()
    {
        using var scope = torch.NewDisposeScope();

        Tensor image = ImageReader.Read(Reference.PathOf("animated.gif"), Options());

        Reference.LargestDifference(image, "animated.gif.rgb").Should().BeLessThan(1e-4);
    }

    [Theory]
    [InlineData("white", 255, 255, 255)]
    [InlineData("color", 10, 200, 77)]
    public void Transparent_pixels_are_laid_over_the_background(string name, byte red, byte green, byte blue)
    {
        using var scope = torch.NewDisposeScope();

        Tensor image = ImageReader.Read(Reference.PathOf("alpha.png"), Options() with { Background = new(red, green, blue) });

        Reference.LargestDifference(image, $"alpha.png.{name}.rgb").Should().BeLessThan(1e-4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Orientation_of_EXIF_is_applied(int orientation)
    {
        using var scope = torch.NewDisposeScope();
        (int width, int height) = orientation < 5 ? (24, 16) : (16, 24);

        Tensor image = ImageReader.Read(Reference.PathOf($"orientation{orientation}.jpg"), Options(width, height));

        Reference.LargestDifference(image, $"orientation{orientation}.jpg.rgb").Should().BeLessThanOrEqualTo(2);
    }
}
