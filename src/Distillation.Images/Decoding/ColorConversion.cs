namespace Distillation.Images.Decoding;

/// <summary>Lays pixels over a background and converts them to the channels of the options, interleaved.</summary>
internal static class ColorConversion
{
    public static byte[] Apply(RgbaImage image, ImageOptions options)
    {
        RgbColor behind = options.Background;
        bool gray = options.Channels == ImageChannels.Gray;
        ReadOnlySpan<byte> source = image.Pixels;
        byte[] target = new byte[image.Pixels.Length / 4 * options.ChannelCount];
        for (int from = 0, to = 0; from < source.Length; from += 4)
        {
            int alpha = source[from + 3];
            byte red = Over(source[from], behind.Red, alpha);
            byte green = Over(source[from + 1], behind.Green, alpha);
            byte blue = Over(source[from + 2], behind.Blue, alpha);
            if (gray)
            {
                target[to++] = Luma(red, green, blue);
            }
            else
            {
                target[to++] = red;
                target[to++] = green;
                target[to++] = blue;
            }
        }

        return target;
    }

    /// <summary>Luma of ITU-R 601 in fixed point of 16 bits.</summary>
    public static byte Luma(byte red, byte green, byte blue) => (byte)(((19_595 * red) + (38_470 * green) + (7_471 * blue) + 0x8000) >> 16);

    // (color · alpha + background · (255 − alpha)) / 255, rounded.
    private static byte Over(byte color, byte background, int alpha) =>
        alpha == 255 ? color : (byte)(((color * alpha) + (background * (255 - alpha)) + 127) / 255);
}
