using SkiaSharp;

namespace Distillation.Images.Tests;

/// <summary>Images that tests make themselves.</summary>
internal static class Pictures
{
    /// <summary>Pixels that depend on the seed, in a format.</summary>
    public static byte[] Encoded(int seed, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int width = 40, int height = 30)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var random = new Random(seed);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 6), (byte)(y * 8), (byte)(random.Next(40) + (seed * 20 % 200))));
            }
        }

        using SKData data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    /// <summary>A directory of two classes, cat and dog, of so many images each.</summary>
    public static void MakeClasses(string directory, int imagesOfEach = 4)
    {
        for (int image = 0; image < imagesOfEach * 2; image++)
        {
            string path = Path.Combine(directory, image % 2 == 0 ? "cat" : "dog", $"{image:D3}.{(image % 4 < 2 ? "png" : "jpg")}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Encoded(image, image % 4 < 2 ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg));
        }
    }

    /// <summary>Puts the same images into a directory as a run of the program does: [N, C, H, W].</summary>
    public static Tensor All(IDataSource source) => source.Read(torch.arange(source.Count, torch.ScalarType.Int64)).Inputs;
}
