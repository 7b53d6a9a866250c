namespace Distillation.Data;

/// <summary>Images with class ids.</summary>
public static class ImageData
{
    /// <summary>Reads images and labels from two IDX files, as MNIST and Fashion-MNIST come.</summary>
    /// <param name="imagesPath">Gray images [N, H, W] of uint8, packed with gzip or not.</param>
    /// <param name="labelsPath">Class ids [N] of uint8, packed with gzip or not.</param>
    /// <returns>Inputs [N, 1, H, W] float32 in [0, 1] and labels [N] int64; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">A file is no IDX file of that kind, or they do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TensorData FromIdx(string imagesPath, string labelsPath)
    {
        using FileStream images = File.OpenRead(imagesPath);
        using FileStream labels = File.OpenRead(labelsPath);
        return FromIdx(images, labels, imagesPath, labelsPath);
    }

    /// <summary>Reads images and labels from two IDX streams.</summary>
    /// <param name="images">Gray images [N, H, W] of uint8, packed with gzip or not.</param>
    /// <param name="labels">Class ids [N] of uint8, packed with gzip or not.</param>
    /// <param name="imagesName">What the messages call the images.</param>
    /// <param name="labelsName">What the messages call the labels.</param>
    /// <returns>Inputs [N, 1, H, W] float32 in [0, 1] and labels [N] int64; the caller disposes them.</returns>
    /// <exception cref="InvalidDataException">A stream is no IDX file of that kind, or they do not belong together.</exception>
    public static TensorData FromIdx(Stream images, Stream labels, string imagesName = "images", string labelsName = "labels")
    {
        using var scope = torch.NewDisposeScope();
        Tensor pixels = IdxFile.Read(images, imagesName);
        Tensor classes = IdxFile.Read(labels, labelsName);
        RequireKind(pixels, 3, "[N, H, W]", imagesName);
        RequireKind(classes, 1, "[N]", labelsName);
        if (pixels.size(0) != classes.size(0))
        {
            throw new InvalidDataException(
                $"There must be one label for each image, but '{imagesName}' has {pixels.size(0)} images and '{labelsName}' {classes.size(0)} labels.");
        }

        return TensorData.Owning(pixels.unsqueeze(1).to(torch.ScalarType.Float32).DivInPlace(255), classes.to(torch.ScalarType.Int64));
    }

    /// <summary>Opens images and labels in two IDX files without loading the images: each is read from the disk when a batch needs it.</summary>
    /// <remarks>
    /// Headers and lengths are checked here; the labels are loaded. Files that change later are not noticed. Batches are those of
    /// <see cref="FromIdx(string, string)"/>, bit for bit.
    /// </remarks>
    /// <param name="imagesPath">Gray images [N, H, W] of uint8, not packed.</param>
    /// <param name="labelsPath">Class ids [N] of uint8, packed with gzip or not.</param>
    /// <returns>Inputs [N, 1, H, W] float32 in [0, 1] and labels [N] int64; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">A file is no IDX file of that kind, the images are packed, or the files do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImageFile OpenIdx(string imagesPath, string labelsPath)
    {
        using var scope = torch.NewDisposeScope();
        Tensor classes = IdxFile.Read(labelsPath);
        RequireKind(classes, 1, "[N]", labelsPath);
        return new ImageFile(imagesPath, classes.to(torch.ScalarType.Int64));
    }

    private static void RequireKind(Tensor tensor, long dimensions, string shape, string name)
    {
        if (tensor.dim() != dimensions || tensor.dtype != torch.ScalarType.Byte)
        {
            throw new InvalidDataException($"'{name}' must be {shape} of uint8, but is {Shapes.Of(tensor)} {tensor.dtype}.");
        }
    }
}
