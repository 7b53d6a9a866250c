namespace Distillation.Images.Decoding;

/// <summary>The size to which an image is scaled, the part of it that is kept, and where that part is in the result.</summary>
/// <remarks>Along each axis the image is scaled to <c>Scaled</c> pixels, of which <c>Kept</c> from <c>Cut</c> on are put at <c>Place</c>.</remarks>
internal readonly record struct ResizePlan
{
    public required int ScaledWidth { get; init; }

    public required int ScaledHeight { get; init; }

    public int CutLeft { get; init; }

    public int CutTop { get; init; }

    public required int KeptWidth { get; init; }

    public required int KeptHeight { get; init; }

    public int PlaceLeft { get; init; }

    public int PlaceTop { get; init; }

    public static ResizePlan Of(int width, int height, ImageOptions options) => options.Resize switch
    {
        ImageResize.CenterCrop => Covering(width, height, options),
        ImageResize.Pad => Fitting(width, height, options),
        _ => new() { ScaledWidth = options.Width, ScaledHeight = options.Height, KeptWidth = options.Width, KeptHeight = options.Height },
    };

    // The longer side is rounded down, and the margin of the crop to the even number, as in torchvision.
    private static ResizePlan Covering(int width, int height, ImageOptions options)
    {
        bool byWidth = (long)width * options.Height <= (long)height * options.Width;
        int scaledWidth = byWidth ? options.Width : Math.Max((int)((long)options.Height * width / height), options.Width);
        int scaledHeight = byWidth ? Math.Max((int)((long)options.Width * height / width), options.Height) : options.Height;
        return new()
        {
            ScaledWidth = scaledWidth,
            ScaledHeight = scaledHeight,
            CutLeft = (int)Math.Round((scaledWidth - options.Width) / 2.0),
            CutTop = (int)Math.Round((scaledHeight - options.Height) / 2.0),
            KeptWidth = options.Width,
            KeptHeight = options.Height,
        };
    }

    // Rounded as ImageOps.contain and ImageOps.pad of Pillow do.
    private static ResizePlan Fitting(int width, int height, ImageOptions options)
    {
        bool byWidth = (long)width * options.Height >= (long)height * options.Width;
        int scaledWidth = byWidth ? options.Width : Math.Clamp((int)Math.Round((double)width / height * options.Height), 1, options.Width);
        int scaledHeight = byWidth ? Math.Clamp((int)Math.Round((double)height / width * options.Width), 1, options.Height) : options.Height;
        return new()
        {
            ScaledWidth = scaledWidth,
            ScaledHeight = scaledHeight,
            KeptWidth = scaledWidth,
            KeptHeight = scaledHeight,
            PlaceLeft = (int)Math.Round((options.Width - scaledWidth) * 0.5),
            PlaceTop = (int)Math.Round((options.Height - scaledHeight) * 0.5),
        };
    }
}
