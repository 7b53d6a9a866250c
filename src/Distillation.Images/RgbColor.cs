namespace Distillation.Images;

/// <summary>A color of 8 bits a channel.</summary>
/// <param name="Red">Red, in [0, 255].</param>
/// <param name="Green">Green, in [0, 255].</param>
/// <param name="Blue">Blue, in [0, 255].</param>
public readonly record struct RgbColor(byte Red, byte Green, byte Blue)
{
    /// <summary>Gets black, the default.</summary>
    public static RgbColor Black => default;

    /// <summary>Gets white.</summary>
    public static RgbColor White => new(255, 255, 255);
}
