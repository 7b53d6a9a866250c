using System.IO.Compression;

namespace Distillation.Images.Tests;

/// <summary>Images that Pillow made, and the pixels that it reads from them.</summary>
internal static class Reference
{
    public static string PathOf(string image) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "images", image);

    /// <summary>Pixels by Pillow, row by row.</summary>
    public static byte[] Pixels(string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(PathOf("pixels.zip"));
        using Stream entry = archive.GetEntry(name)!.Open();
        using var memory = new MemoryStream();
        entry.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>The largest difference between an image [C, H, W] in [0, 1] and the pixels by Pillow, in units of 1/255.</summary>
    public static double LargestDifference(Tensor image, string name)
    {
        Tensor rows = torch.tensor(Pixels(name)).view(image.size(1), image.size(2), image.size(0)).permute(2, 0, 1);
        return (image * 255 - rows).abs().max().item<float>();
    }
}
