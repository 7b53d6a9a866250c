namespace Distillation;

/// <summary>Lays images out in memory so that the channels of a place lie side by side. Shapes and values stay.</summary>
internal static class ChannelsLast
{
    public static Batch Of(Batch batch)
    {
        if (batch.Inputs.shape is not [long samples, long channels, long height, long width])
        {
            throw new ArgumentException($"Only images [N, C, H, W] have channels to put last, but the inputs are {Shapes.Of(batch.Inputs)}.", nameof(batch));
        }

        // Through [N, H, W·C], or a single channel would keep a stride by which libtorch does not know the layout.
        Tensor laidOut = batch.Inputs.permute(0, 2, 3, 1).reshape(samples, height, width * channels).contiguous();
        return batch.With(inputs: laidOut.view(samples, height, width, channels).permute(0, 3, 1, 2));
    }
}
