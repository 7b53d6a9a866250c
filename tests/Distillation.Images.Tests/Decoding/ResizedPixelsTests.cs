namespace Distillation.Images.Tests.Decoding;

/// <summary>Resized pixels against those of Pillow 9.4: equal, bit for bit.</summary>
public sealed class ResizedPixelsTests
{
    [Theory]
    [InlineData(ImageInterpolation.Bilinear, 17, 12)]
    [InlineData(ImageInterpolation.Bilinear, 70, 50)]
    [InlineData(ImageInterpolation.Bilinear, 45, 10)]
    [InlineData(ImageInterpolation.Bilinear, 20, 33)]
    [InlineData(ImageInterpolation.Bicubic, 17, 12)]
    [InlineData(ImageInterpolation.Bicubic, 70, 50)]
    [InlineData(ImageInterpolation.Bicubic, 45, 10)]
    [InlineData(ImageInterpolation.Bicubic, 20, 33)]
    [InlineData(ImageInterpolation.Lanczos, 17, 12)]
    [InlineData(ImageInterpolation.Lanczos, 70, 50)]
    [InlineData(ImageInterpolation.Lanczos, 45, 10)]
    [InlineData(ImageInterpolation.Lanczos, 20, 33)]
    [InlineData(ImageInterpolation.Nearest, 17, 12)]
    [InlineData(ImageInterpolation.Nearest, 70, 50)]
    [InlineData(ImageInterpolation.Nearest, 45, 10)]
    [InlineData(ImageInterpolation.Nearest, 20, 33)]
    public void Stretched_pixels_are_those_of_Pillow(ImageInterpolation interpolation, int width, int height)
    {
        using var scope = torch.NewDisposeScope();
        var options = new ImageOptions { Width = width, Height = height, Resize = ImageResize.Stretch, Interpolation = interpolation };
        string name = $"stretch.{interpolation.ToString().ToLowerInvariant()}.{width}x{height}";

        Tensor color = ImageReader.Read(Reference.PathOf("rgb.png"), options);
        Tensor gray = ImageReader.Read(Reference.PathOf("rgb.png"), options with { Channels = ImageChannels.Gray });

        Reference.LargestDifference(color, name + ".rgb").Should().BeLessThan(1e-4);
        Reference.LargestDifference(gray, name + ".l").Should().BeLessThan(1e-4);
    }

    [Theory]
    [InlineData("45x33")]
    [InlineData("33x45")]
    [InlineData("100x31")]
    [InlineData("9x7")]
    public void Middle_is_cut_out_as_torchvision_does(string source)
    {
        using var scope = torch.NewDisposeScope();
        foreach (int size in new[] { 8, 15 })
        {
            Tensor image = ImageReader.Read(Reference.PathOf($"source{source}.png"), ImageOptions.Square(size));

            Reference.LargestDifference(image, $"crop{source}.{size}.rgb").Should().BeLessThan(1e-4);
        }
    }

    [Theory]
    [InlineData("45x33")]
    [InlineData("33x45")]
    [InlineData("100x31")]
    [InlineData("9x7")]
    public void Padded_pixels_are_those_of_Pillow(string source)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((int width, int height) in new[] { (12, 20), (21, 10) })
        {
            var options = new ImageOptions
            {
                Width = width,
                Height = height,
                Resize = ImageResize.Pad,
                Interpolation = ImageInterpolation.Bicubic,
                Background = new(9, 80, 200),
            };
            Tensor image = ImageReader.Read(Reference.PathOf($"source{source}.png"), options);

            Reference.LargestDifference(image, $"pad{source}.{width}x{height}.rgb").Should().BeLessThan(1e-4);
        }
    }
}
