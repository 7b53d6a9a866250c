using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Linear maps of the channels of a layer, at each place: dimension 1 of maps [N, C, H, W], the last dimension of all else.</summary>
internal static class ChannelMap
{
    public static Module<Tensor, Tensor> Of(Tensor layer, long from, long to) =>
        layer.dim() == 4 ? Conv2d(from, to, kernel_size: 1) : Linear(from, to);

    public static int Dimension(Tensor layer) => layer.dim() == 4 ? 1 : -1;

    public static long Channels(Tensor layer) => layer.size(Dimension(layer));
}
