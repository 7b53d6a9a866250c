using System.Buffers.Binary;
using SkiaSharp;

namespace Distillation.Images.Tests;

/// <summary>Files that are no images, or damaged ones.</summary>
public sealed class BrokenImagesTests : IDisposable
{
    private static readonly ImageOptions Small = ImageOptions.Square(8);

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Broken_images_are_refused_with_their_names_and_reasons()
    {
        Break();

        FluentActions.Invoking(() => ImageFolder.Open(_directory.Path, Small)).Should().Throw<InvalidDataException>()
            .WithMessage("*3 of 8 are not*002.jpg' cannot be decoded whole: it is cut off*001.png' is empty*003.jpg' is no image*");
    }

    [Fact]
    public void Broken_images_are_left_out_and_listed()
    {
        Break();

        ImageFolder folder = ImageFolder.Open(_directory.Path, Small, new() { BrokenImages = BrokenImages.Skip });

        using var scope = torch.NewDisposeScope();
        folder.Count.Should().Be(5);
        folder.ClassIds.Should().Equal(0, 0, 0, 1, 1);
        folder.Broken.Select(broken => Path.GetFileName(broken.Path)).Should().Equal("002.jpg", "001.png", "003.jpg");
        Pictures.All(folder)[3].Equals(ImageReader.Read(folder.Paths[3], Small)).Should().BeTrue();
        folder.Describe().Should().Contain("3 broken").And.Contain("001.png' is empty");
    }

    [Fact]
    public void Broken_image_fails_its_batch_alone_when_files_are_not_checked()
    {
        Break();
        ImageFolder folder = ImageFolder.Open(_directory.Path, Small, new() { BrokenImages = BrokenImages.RefuseWhenRead });

        using var scope = torch.NewDisposeScope();
        folder.Count.Should().Be(8);
        folder.Read(torch.tensor([0L, 2])).Count.Should().Be(2);
        folder.Invoking(it => it.Read(torch.tensor([5L, 0, 4]))).Should().Throw<InvalidDataException>().WithMessage("*003.jpg*");
    }

    [Fact]
    public void Folder_of_broken_images_alone_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "cat"));
        File.WriteAllBytes(Path.Combine(_directory.Path, "cat", "a.png"), []);

        FluentActions.Invoking(() => ImageFolder.Open(_directory.Path, Small, new() { BrokenImages = BrokenImages.Skip }))
            .Should().Throw<InvalidDataException>().WithMessage("*1 of 1*");
    }

    [Fact]
    public void Image_of_more_pixels_than_allowed_is_refused_by_its_header()
    {
        byte[] png = WithSize(Pictures.Encoded(1), 60_000, 60_000);

        Decoding(png).Should().Throw<InvalidDataException>().WithMessage("*60000 × 60000*more than the 89478485*MaxPixels*");
        Decoding(Pictures.Encoded(1), Small with { MaxPixels = 1199 }).Should().Throw<InvalidDataException>().WithMessage("*40 × 30*1199*");
        Decoding(Pictures.Encoded(1), Small with { MaxPixels = 1200 }).Should().NotThrow();
    }

    [Fact]
    public void File_longer_than_allowed_is_refused_unread()
    {
        string path = Path.Combine(_directory.Path, "a.png");
        File.WriteAllBytes(path, Pictures.Encoded(1));
        ImageOptions options = Small with { MaxFileBytes = (int)new FileInfo(path).Length - 1 };

        FluentActions.Invoking(() => ImageReader.Read(path, options)).Should().Throw<InvalidDataException>().WithMessage("*MaxFileBytes*");
        Decoding(Pictures.Encoded(1), options).Should().Throw<InvalidDataException>().WithMessage("*MaxFileBytes*");
        using FileStream stream = File.OpenRead(path);
        stream.Invoking(it => ImageReader.Read(it, options)).Should().Throw<InvalidDataException>().WithMessage("*MaxFileBytes*");
    }

    [Fact]
    public void Image_of_another_size_is_refused_where_none_is_resized() =>
        Decoding(Pictures.Encoded(1), Small with { Resize = ImageResize.None }).Should().Throw<InvalidDataException>().WithMessage("*8 × 8*40 × 30*");

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Files_cut_off_anywhere_are_refused(SKEncodedImageFormat format)
    {
        byte[] whole = Pictures.Encoded(1, format, 100, 80);

        for (int length = 0; length < whole.Length - 100; length += 100)
        {
            Decoding(whole[..length]).Should().Throw<InvalidDataException>($"{length} of {whole.Length} bytes are no image");
        }
    }

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("palette.png")]
    [InlineData("rgb.bmp")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    [InlineData("rgb420.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("cmyk.jpg")]
    [InlineData("animated.gif")]
    [InlineData("orientation6.jpg")]
    public void Damaged_files_are_images_or_refused_and_nothing_else(string file)
    {
        byte[] whole = File.ReadAllBytes(Reference.PathOf(file));
        var random = new Random(5);
        int read = 0;
        int refused = 0;

        for (int trial = 0; trial < 300; trial++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 9); flips > 0; flips--)
            {
                // Half of the damage is where headers are.
                damaged[random.Next(trial % 2 == 0 ? Math.Min(64, damaged.Length) : damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            try
            {
                using var scope = torch.NewDisposeScope();
                Tensor image = ImageReader.Read(damaged, Small with { MaxPixels = 4_000_000 });
                image.shape.Should().Equal(3, 8, 8);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        (read + refused).Should().Be(300);
        refused.Should().BePositive();
    }

    private static Action Decoding(byte[] encoded, ImageOptions? options = null) => () =>
    {
        using var scope = torch.NewDisposeScope();
        ImageReader.Read(encoded, options ?? Small);
    };

    // The header chunk of PNG: length, "IHDR", width, height, five bytes, checksum of all but the length.
    private static byte[] WithSize(byte[] png, int width, int height)
    {
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        uint checksum = uint.MaxValue;
        foreach (byte value in png.AsSpan(12, 17))
        {
            checksum ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                checksum = (checksum >> 1) ^ ((checksum & 1) * 0xEDB88320);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), ~checksum);
        return png;
    }

    // One file cut off, one empty, one of text.
    private void Break()
    {
        Pictures.MakeClasses(_directory.Path);
        string cat = Path.Combine(_directory.Path, "cat", "002.jpg");
        File.WriteAllBytes(cat, File.ReadAllBytes(cat)[..400]);
        File.WriteAllBytes(Path.Combine(_directory.Path, "dog", "001.png"), []);
        File.WriteAllText(Path.Combine(_directory.Path, "dog", "003.jpg"), "no image");
    }
}
