namespace Distillation.Images;

/// <summary>The channels of a prepared image.</summary>
public enum ImageChannels
{
    /// <summary>Red, green and blue: 3 channels, in this order.</summary>
    Rgb,

    /// <summary>
    /// Luma of ITU-R 601, <c>0.299 R + 0.587 G + 0.114 B</c>: 1 channel. It is rounded in fixed point of 16 bits, as in Pillow's mode "L".
    /// </summary>
    Gray,
}
