using System.Runtime.InteropServices;
using SkiaSharp;

namespace Distillation.Images.Decoding;

/// <summary>Turns and mirrors pixels from the order of the file to that of the scene, by the tag 0x0112 of EXIF 2.3.</summary>
internal static class Orientation
{
    public static RgbaImage Apply(RgbaImage image, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return image;
        }

        (int width, int height) = (image.Width, image.Height);
        (int x, int y) = Steps(origin, width);
        bool turned = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        (int columns, int rows) = turned ? (height, width) : (width, height);

        // The source of the upper left pixel is the corner from which no step leads out of the image.
        int first = (x < 0 ? -x * (columns - 1) : 0) + (y < 0 ? -y * (rows - 1) : 0);
        byte[] pixels = new byte[image.Pixels.Length];
        Span<uint> source = MemoryMarshal.Cast<byte, uint>(image.Pixels.AsSpan());
        Span<uint> target = MemoryMarshal.Cast<byte, uint>(pixels.AsSpan());
        for (int row = 0; row < rows; row++)
        {
            int from = first + (row * y);
            foreach (ref uint pixel in target.Slice(row * columns, columns))
            {
                pixel = source[from];
                from += x;
            }
        }

        return new RgbaImage(pixels, columns, rows);
    }

    // How far the source moves for a step to the right and for one down.
    private static (int X, int Y) Steps(SKEncodedOrigin origin, int width) => origin switch
    {
        SKEncodedOrigin.TopRight => (-1, width),
        SKEncodedOrigin.BottomRight => (-1, -width),
        SKEncodedOrigin.BottomLeft => (1, -width),
        SKEncodedOrigin.LeftTop => (width, 1),
        SKEncodedOrigin.RightTop => (-width, 1),
        SKEncodedOrigin.RightBottom => (-width, -1),
        SKEncodedOrigin.LeftBottom => (width, -1),
        _ => (1, width),
    };
}
