namespace Distillation.Images.Decoding;

/// <summary>Tensors of prepared pixels, [C, H, W] uint8 in arrays.</summary>
internal static class PixelTensor
{
    /// <summary>One image as [C, H, W] float32.</summary>
    public static Tensor Of(byte[] pixels, ImageOptions options)
    {
        using var scope = torch.NewDisposeScope();
        return Of([pixels], options)[0].MoveToOuterDisposeScope();
    }

    /// <summary>Images as [N, C, H, W] float32: pixels / 255, normalized.</summary>
    public static Tensor Of(byte[][] pixels, ImageOptions options)
    {
        using var scope = torch.NewDisposeScope();
        Tensor bytes = torch.empty([pixels.Length, options.ChannelCount, options.Height, options.Width], torch.ScalarType.Byte);
        Span<byte> left = bytes.bytes;
        foreach (byte[] image in pixels)
        {
            image.CopyTo(left);
            left = left[image.Length..];
        }

        Tensor values = bytes.to(torch.ScalarType.Float32).DivInPlace(255);
        return (options.Normalization?.Apply(values) ?? values).MoveToOuterDisposeScope();
    }
}
