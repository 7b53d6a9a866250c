namespace Distillation.Images;

/// <summary>How an image of any size becomes one of <see cref="ImageOptions.Height"/> × <see cref="ImageOptions.Width"/>.</summary>
public enum ImageResize
{
    /// <summary>
    /// Scales the image until it covers the size, keeping its proportions, and cuts the middle out. For squares this is <c>Resize(size)</c> and
    /// <c>CenterCrop(size)</c> of torchvision.
    /// </summary>
    CenterCrop,

    /// <summary>Scales height and width each by its own factor; proportions change. This is <c>Resize((height, width))</c> of torchvision.</summary>
    Stretch,

    /// <summary>
    /// Scales the image until it fits into the size, keeping its proportions, and fills the rest with <see cref="ImageOptions.Background"/>. This is
    /// <c>ImageOps.pad</c> of Pillow.
    /// </summary>
    Pad,

    /// <summary>Keeps the pixels: an image of another size is refused.</summary>
    None,
}
