namespace Distillation.Images;

/// <summary>The filter that resizes images.</summary>
/// <remarks>All but <see cref="Nearest"/> widen with the factor by which an image shrinks (antialiasing), as those of Pillow do.</remarks>
public enum ImageInterpolation
{
    /// <summary>A triangle of radius 1: Pillow's <c>BILINEAR</c>, and the default of torchvision.</summary>
    Bilinear,

    /// <summary>The nearest pixel, without antialiasing: for maps of labels, and for pictures made of pixels.</summary>
    Nearest,

    /// <summary>The cubic convolution of Keys (1981) with a = −0.5, radius 2: Pillow's <c>BICUBIC</c>. OpenCV and torch use a = −0.75.</summary>
    Bicubic,

    /// <summary>A windowed sinc of radius 3 (Lanczos; Duchon, 1979): Pillow's <c>LANCZOS</c>.</summary>
    Lanczos,
}
