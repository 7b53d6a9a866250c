using Distillation.Data;

namespace Distillation.Images;

/// <summary>How images are prepared: the size, the channels and the normalization of the tensors. They are the same for training and at run time.</summary>
/// <remarks>
/// The steps, in this order: the first frame is decoded to 8 bits a channel without color management; the orientation in the EXIF data of
/// JPEG files is applied; transparent pixels are laid over <see cref="Background"/>; channels are converted; the image is resized, rounded to 8 bits; values
/// are divided by 255; and <see cref="Normalization"/> is applied.
/// </remarks>
public sealed record ImageOptions
{
    /// <summary>Gets the height of the tensors, H.</summary>
    public required int Height { get; init => field = Require.InRange(value, 1, 32_768); }

    /// <summary>Gets the width of the tensors, W.</summary>
    public required int Width { get; init => field = Require.InRange(value, 1, 32_768); }

    /// <summary>Gets how an image of another size becomes one of this size.</summary>
    /// <value>The default is <see cref="ImageResize.CenterCrop"/>.</value>
    public ImageResize Resize { get; init => field = Require.Defined(value); }

    /// <summary>Gets the filter that resizes.</summary>
    /// <value>The default is <see cref="ImageInterpolation.Bilinear"/>.</value>
    public ImageInterpolation Interpolation { get; init => field = Require.Defined(value); }

    /// <summary>Gets the channels of the tensors, C.</summary>
    /// <value>The default is <see cref="ImageChannels.Rgb"/>.</value>
    public ImageChannels Channels { get; init => field = Require.Defined(value); }

    /// <summary>Gets the color behind transparent pixels, and beside images that <see cref="ImageResize.Pad"/> fills up.</summary>
    /// <value>The default is black.</value>
    public RgbColor Background { get; init; }

    /// <summary>Gets the mean and deviation by which the values, in [0, 1], are normalized; one of each for each channel.</summary>
    /// <value>The default is <see langword="null"/>: values stay in [0, 1].</value>
    public Normalization? Normalization { get; init; }

    /// <summary>Gets the largest number of pixels of an image. The header of a file states its size, and a larger image is refused undecoded.</summary>
    /// <value>The default is 89 478 485, the number at which Pillow warns: decoded, such an image takes 358 MB.</value>
    public long MaxPixels { get; init => field = Require.InRange(value, 1, Array.MaxLength / 4); } = 89_478_485;

    /// <summary>Gets the largest length of a file that is read, in bytes; a longer one is refused unread.</summary>
    /// <value>The default is 256 MiB.</value>
    public int MaxFileBytes { get; init => field = Require.InRange(value, 1, Array.MaxLength); } = 256 * 1024 * 1024;

    /// <summary>Gets the number of channels, C.</summary>
    internal int ChannelCount => Channels == ImageChannels.Gray ? 1 : 3;

    /// <summary>Gets the number of values of a prepared image, C · H · W.</summary>
    internal int ValueCount => checked(ChannelCount * Height * Width);

    /// <summary>Creates options for square images.</summary>
    /// <param name="size">The height and the width; positive.</param>
    /// <returns>The options, with all others at their defaults.</returns>
    public static ImageOptions Square(int size) => new() { Height = size, Width = size };

    /// <summary>Refuses options that do not fit together.</summary>
    /// <exception cref="ArgumentException">The normalization has other channels, or a prepared image would be too large.</exception>
    internal ImageOptions Checked()
    {
        if (Normalization is not null && Normalization.Mean.Length != ChannelCount)
        {
            throw new ArgumentException(
                $"{nameof(Normalization)} must have one mean for each of the {ChannelCount} channels of {Channels}, but has {Normalization.Mean.Length}.",
                nameof(Normalization));
        }

        return (long)ChannelCount * Height * Width <= Array.MaxLength
            ? this
            : throw new ArgumentException($"A prepared image must have at most {Array.MaxLength} values, but {Height} × {Width} has more.", nameof(Height));
    }
}
