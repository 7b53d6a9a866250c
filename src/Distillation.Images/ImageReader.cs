using Distillation.Images.Decoding;

namespace Distillation.Images;

/// <summary>Reads single images, prepared as an <see cref="ImageFolder"/> with the same options prepares them, bit for bit.</summary>
public static class ImageReader
{
    /// <summary>Reads the image in a file.</summary>
    /// <param name="path">A JPEG, PNG, BMP, WebP or GIF file; its content decides which.</param>
    /// <param name="options">How the image is prepared.</param>
    /// <returns>[C, H, W] float32 on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such image, is damaged or cut off, or is larger than the options allow.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tensor Read(string path, ImageOptions options)
    {
        Require.Text(path);
        Require.Present(options).Checked();
        return PixelTensor.Of(ImageDecoder.Decode(BoundedFile.Read(path, options.MaxFileBytes), options, path), options);
    }

    /// <summary>Reads the image in a stream.</summary>
    /// <param name="stream">A JPEG, PNG, BMP, WebP or GIF file, read from its position to its end; the caller disposes it.</param>
    /// <param name="options">How the image is prepared.</param>
    /// <returns>[C, H, W] float32 on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="InvalidDataException">The stream is no such image, is damaged or cut off, or is larger than the options allow.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static Tensor Read(Stream stream, ImageOptions options)
    {
        Require.Present(stream);
        Require.Present(options).Checked();
        return PixelTensor.Of(ImageDecoder.Decode(BoundedFile.Read(stream, options.MaxFileBytes, "The stream"), options, "The stream"), options);
    }

    /// <summary>Reads the image in the bytes of a file.</summary>
    /// <param name="encoded">A JPEG, PNG, BMP, WebP or GIF file.</param>
    /// <param name="options">How the image is prepared.</param>
    /// <returns>[C, H, W] float32 on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    /// <exception cref="InvalidDataException">The bytes are no such image, are damaged or cut off, or are larger than the options allow.</exception>
    public static Tensor Read(ReadOnlySpan<byte> encoded, ImageOptions options)
    {
        Require.Present(options).Checked();
        return encoded.Length <= options.MaxFileBytes
            ? PixelTensor.Of(ImageDecoder.Decode(encoded, options, "The image"), options)
            : throw BoundedFile.TooLong("The image", options.MaxFileBytes);
    }
}
