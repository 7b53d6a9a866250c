namespace Distillation.Images.Decoding;

/// <summary>Decoded pixels.</summary>
/// <param name="Pixels">Red, green, blue and alpha of each pixel, not premultiplied, row by row.</param>
/// <param name="Width">The number of pixels in a row.</param>
/// <param name="Height">The number of rows.</param>
internal readonly record struct RgbaImage(byte[] Pixels, int Width, int Height);
