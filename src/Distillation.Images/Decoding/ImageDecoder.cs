using SkiaSharp;

namespace Distillation.Images.Decoding;

/// <summary>Decodes the bytes of a file and prepares the pixels: [C, H, W] of uint8, planes one after the other.</summary>
internal static class ImageDecoder
{
    /// <summary>A number that changes when the same file and options give other pixels; it is part of the key of caches.</summary>
    public const int Version = 1;

    /// <exception cref="InvalidDataException">The bytes are no image that can be read whole.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded, ImageOptions options, string name)
    {
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec codec = encoded.IsEmpty
            ? throw new InvalidDataException($"'{name}' is empty.")
            : Open(data)
                ?? throw new InvalidDataException($"'{name}' is no image that can be read: its header is damaged, or of a format other than {Formats}.");
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Gif))
        {
            throw new InvalidDataException($"'{name}' must be an image of {Formats}, but is one of {codec.EncodedFormat}.");
        }

        return Prepare(Oriented(codec, options, name), options, name);
    }

    // Null where no format fits, which SkiaSharp does not annotate.
    private static SKCodec? Open(SKData data) => SKCodec.Create(data);

    private static string Formats => "JPEG, PNG, BMP, WebP or GIF";

    private static RgbaImage Oriented(SKCodec codec, ImageOptions options, string name)
    {
        SKImageInfo stated = codec.Info;
        if ((long)stated.Width * stated.Height > options.MaxPixels)
        {
            throw new InvalidDataException(
                $"'{name}' has {stated.Width} × {stated.Height} pixels by its header, more than the {options.MaxPixels} that "
                + $"{nameof(ImageOptions)}.{nameof(ImageOptions.MaxPixels)} allows.");
        }

        // Without a color space nothing is converted to another one.
        var info = new SKImageInfo(stated.Width, stated.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        SKCodecResult result = codec.GetPixels(info, out byte[] pixels);
        return result == SKCodecResult.Success
            ? Orientation.Apply(new RgbaImage(pixels, stated.Width, stated.Height), codec.EncodedOrigin)
            : throw new InvalidDataException($"'{name}' cannot be decoded whole: {Reason(result)}.");
    }

    private static byte[] Prepare(RgbaImage image, ImageOptions options, string name)
    {
        if (options.Resize == ImageResize.None && (image.Width != options.Width || image.Height != options.Height))
        {
            throw new InvalidDataException(
                $"'{name}' must be {options.Width} × {options.Height} pixels, because it is not resized, but is {image.Width} × {image.Height}.");
        }

        byte[] pixels = ColorConversion.Apply(image, options);
        ResizePlan plan = ResizePlan.Of(image.Width, image.Height, options);
        byte[] resized = Resampler.Resample(pixels, image.Width, image.Height, options.ChannelCount, plan, options.Interpolation);
        return Planes.Of(resized, plan, options);
    }

    private static string Reason(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "it is cut off",
        SKCodecResult.ErrorInInput => "its data are damaged",
        _ => $"the decoder reports {result}",
    };
}
