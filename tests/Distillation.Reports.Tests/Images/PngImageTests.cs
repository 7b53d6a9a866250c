using System.Text;

namespace Distillation.Reports.Tests;

public sealed class PngImageTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(128, 128, 3)]
    public void Image_decodes_to_its_pixels(int width, int height, int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height * channels).Select(i => (byte)(i * 37 % 251))];

        var decoded = DecodedPng.Of(PngImage.Encode(pixels, (width, height), channels));

        (decoded.Width, decoded.Height, decoded.Channels).Should().Be((width, height, channels));
        decoded.Pixels.Should().Equal(pixels);
    }

    [Fact]
    public void End_of_the_file_is_that_of_every_file() =>
        PngImage.Encode([0], (1, 1), 1)[^12..].Should().Equal([0, 0, 0, 0, .. Encoding.ASCII.GetBytes("IEND"), 0xAE, 0x42, 0x60, 0x82]);
}
