namespace Distillation.Images.Decoding;

/// <summary>Puts interleaved pixels into planes [C, H, W], with the background around them.</summary>
internal static class Planes
{
    public static byte[] Of(byte[] pixels, ResizePlan plan, ImageOptions options)
    {
        int channels = options.ChannelCount;
        byte[] planes = new byte[options.ValueCount];
        for (int channel = 0; channel < channels; channel++)
        {
            Span<byte> plane = planes.AsSpan(channel * options.Height * options.Width, options.Height * options.Width);
            plane.Fill(Background(options, channel));
            for (int row = 0; row < plan.KeptHeight; row++)
            {
                Span<byte> line = plane.Slice(((row + plan.PlaceTop) * options.Width) + plan.PlaceLeft, plan.KeptWidth);
                int from = (row * plan.KeptWidth * channels) + channel;
                foreach (ref byte pixel in line)
                {
                    pixel = pixels[from];
                    from += channels;
                }
            }
        }

        return planes;
    }

    private static byte Background(ImageOptions options, int channel)
    {
        (byte red, byte green, byte blue) = options.Background;
        return options.Channels == ImageChannels.Gray
            ? ColorConversion.Luma(red, green, blue)
            : channel switch { 0 => red, 1 => green, _ => blue };
    }
}
