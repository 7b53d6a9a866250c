using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

/// <summary>A layer in one of its settings, and the shape of a sample that it takes.</summary>
public sealed record LayerCase(string Name, Func<Module<Tensor, Tensor>> Make, long[] Shape, long? Indices = null)
{
    public override string ToString() => Name;
}

/// <summary>Every layer that can be exported, in the settings that differ in the file.</summary>
internal static class LayerCases
{
    public static readonly LayerCase[] All =
    [
        new("ReLU", () => ReLU(), [7]),
        new("SELU", () => SELU(), [7]),
        new("Sigmoid", () => Sigmoid(), [7]),
        new("Tanh", () => Tanh(), [7]),
        new("Softsign", () => Softsign(), [7]),
        new("Hardswish", () => Hardswish(), [70]),
        new("Hardsigmoid", () => Hardsigmoid(), [70]),
        new("LeakyReLU", () => LeakyReLU(0.2), [7]),
        new("LeakyReLU in place", () => LeakyReLU(0.2, inplace: true), [7]),
        new("ELU", () => ELU(0.7), [7]),
        new("CELU", () => CELU(0.7), [7]),
        new("Hardtanh", () => Hardtanh(-0.5, 0.25, inplace: true), [7]),
        new("ReLU6", () => ReLU6(), [70]),
        new("Softmax", () => Softmax(1), [7]),
        new("Softmax over the last dimension", () => Softmax(-1), [3, 7]),
        new("Softmax2d", () => Softmax2d(), [3, 4, 5]),
        new("LogSoftmax", () => LogSoftmax(1), [7]),
        new("Softmin", () => Softmin(1), [7]),
        new("Hardshrink", () => Hardshrink(0.4), [7]),
        new("Softshrink", () => Softshrink(0.4), [7]),
        new("RReLU", () => RReLU(0.2, 0.4), [7]),
        new("Threshold", () => Threshold(0.1, 0.5), [7]),
        new("GLU", () => GLU(1), [8]),
        new("GLU of the last dimension", () => GLU(), [3, 8]),
        new("PReLU", () => PReLU(1), [7]),
        new("PReLU of channels", () => Steady(PReLU(3)), [3, 4, 5]),
        new("SiLU", () => SiLU(), [7]),
        new("Mish", () => Mish(), [7]),
        new("GELU", () => GELU(), [70]),
        new("GELU by tanh", () => GELU(TorchSharp.Modules.GELU.Approximate.tanh), [70]),
        new("LogSigmoid", () => LogSigmoid(), [7]),
        new("Tanhshrink", () => Tanhshrink(), [7]),
        new("Softplus", () => Softplus(), [7]),
        new("Softplus with a threshold", () => Softplus(2, 1), [70]),
        new("Linear", () => Linear(7, 5), [7]),
        new("Linear without bias", () => Linear(7, 5, hasBias: false), [7]),
        new("Linear of sequences", () => Linear(7, 5), [4, 7]),
        new("Embedding", () => Embedding(11, 5), [6], 11),
        new("Conv1d", () => Conv1d(3, 4, 3, 2, 1), [3, 11]),
        new("Conv1d of reflections", () => Conv1d(3, 4, 3, 1, 2, padding_mode: PaddingModes.Reflect), [3, 11]),
        new("Conv1d on a circle", () => Conv1d(3, 4, 3, 1, 2, padding_mode: PaddingModes.Circular), [3, 11]),
        new("Conv2d on a circle", () => Conv2d(3, 4, (3, 4), padding: (1, 2), padding_mode: PaddingModes.Circular), [3, 9, 8]),
        new("Conv2d of the same size on a circle", () => Conv2d(3, 4, 4, TorchSharp.Padding.Same, padding_mode: PaddingModes.Circular), [3, 9, 8]),
        new("Conv3d on a circle", () => Conv3d(2, 3, 3, padding: 1L, padding_mode: PaddingModes.Circular), [2, 4, 5, 4]),
        new("Conv2d", () => Conv2d(3, 4, 3), [3, 9, 8]),
        new("Conv2d with stride, padding, dilation and groups", () => Conv2d(4, 6, (3, 2), (2, 1), (1, 2), (1, 2), groups: 2, bias: false), [4, 9, 8]),
        new("Conv2d of the same size", () => Conv2d(3, 4, 4, TorchSharp.Padding.Same), [3, 9, 8]),
        new("Conv2d without padding by name", () => Conv2d(3, 4, 3, TorchSharp.Padding.Valid), [3, 9, 8]),
        new("Conv2d of replications", () => Conv2d(3, 4, (3, 5), padding: (1, 2), padding_mode: PaddingModes.Replicate), [3, 9, 8]),
        new("Conv3d", () => Conv3d(2, 3, 2), [2, 4, 4, 4]),
        new("ConvTranspose1d", () => ConvTranspose1d(16, 16, 3, 2, 1, 1), [16, 6]),
        new("ConvTranspose2d", () => ConvTranspose2d(32, 32, 3, 2, 1, 1, groups: 2), [32, 5, 6]),
        new("ConvTranspose2d with dilation", () => ConvTranspose2d(16, 16, 3, dilation: 2, bias: false), [16, 5, 6]),
        new("ConvTranspose3d", () => ConvTranspose3d(16, 16, 2), [16, 3, 3, 3]),
        new("BatchNorm1d", () => Steady(BatchNorm1d(5)), [5]),
        new("BatchNorm1d of sequences", () => Steady(BatchNorm1d(5, eps: 0.1)), [5, 4]),
        new("BatchNorm2d", () => Steady(BatchNorm2d(5)), [5, 4, 3]),
        new("BatchNorm2d without weights", () => Steady(BatchNorm2d(5, affine: false)), [5, 4, 3]),
        new("BatchNorm3d", () => Steady(BatchNorm3d(2)), [2, 3, 3, 3]),
        new("InstanceNorm1d", () => InstanceNorm1d(5), [5, 9]),
        new("InstanceNorm2d", () => Steady(InstanceNorm2d(5, affine: true)), [5, 4, 3]),
        new("InstanceNorm2d with statistics", () => Steady(InstanceNorm2d(5, track_running_stats: true)), [5, 4, 3]),
        new("InstanceNorm3d", () => InstanceNorm3d(2), [2, 3, 3, 3]),
        new("LayerNorm", () => Steady(LayerNorm(7)), [7]),
        new("LayerNorm of two dimensions", () => Steady(LayerNorm([4, 7], eps: 0.1)), [3, 4, 7]),
        new("LayerNorm without weights", () => LayerNorm(7, elementwise_affine: false), [3, 7]),
        new("GroupNorm", () => Steady(GroupNorm(2, 6)), [6, 4, 3]),
        new("GroupNorm without weights", () => GroupNorm(3, 6, affine: false), [6, 4]),
        new("LocalResponseNorm", () => LocalResponseNorm(3, alpha: 0.5, k: 2), [7, 4, 3]),
        new("LocalResponseNorm of an even size", () => LocalResponseNorm(4, alpha: 0.5, beta: 0.6), [7, 4]),
        new("MaxPool1d", () => MaxPool1d(3, 2, 1), [3, 9]),
        new("MaxPool2d", () => MaxPool2d(2), [3, 9, 8]),
        new("MaxPool2d with all settings", () => MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2), ceil_mode: true), [3, 10, 8]),
        new("MaxPool3d", () => MaxPool3d(2), [2, 4, 4, 4]),
        new("AvgPool1d", () => AvgPool1d(3, 2, 1), [3, 9]),
        new("AvgPool2d", () => AvgPool2d(2), [3, 9, 8]),
        new("AvgPool2d with all settings", () => AvgPool2d((3, 2), (2, 1), (1, 0), ceil_mode: true, count_include_pad: false), [3, 10, 8]),
        new("AvgPool2d over the end", () => AvgPool2d(3, 2, ceil_mode: true), [3, 10, 8]),
        new("AvgPool2d with padding that counts", () => AvgPool2d(3, 2, 1), [3, 10, 8]),
        new("AvgPool2d with a divisor", () => AvgPool2d(3, 2, 1, divisor_override: 5), [3, 10, 8]),
        new("AvgPool3d", () => AvgPool3d([2, 2, 2]), [2, 4, 4, 4]),
        new("LPPool1d", () => LPPool1d(2, 3), [3, 9]),
        new("LPPool1d over the end", () => LPPool1d(4, 3, 2, ceil_mode: true), [3, 10]),
        new("LPPool2d", () => LPPool2d(2, [3, 2], [2, 1]), [3, 9, 8]),
        new("AdaptiveAvgPool1d", () => AdaptiveAvgPool1d(1), [3, 9]),
        new("AdaptiveAvgPool1d to three", () => AdaptiveAvgPool1d(3), [3, 9]),
        new("AdaptiveAvgPool2d", () => AdaptiveAvgPool2d([1, 1]), [3, 9, 8]),
        new("AdaptiveAvgPool2d to three by two", () => AdaptiveAvgPool2d([3, 2]), [3, 9, 8]),
        new("AdaptiveAvgPool2d to what does not divide", () => AdaptiveAvgPool2d([4, 3]), [3, 9, 8]),
        new("AdaptiveAvgPool2d to more", () => AdaptiveAvgPool2d([5, 3]), [3, 3, 4]),
        new("AdaptiveAvgPool3d", () => AdaptiveAvgPool3d([1, 1, 1]), [2, 4, 4, 4]),
        new("AdaptiveAvgPool3d to what does not divide", () => AdaptiveAvgPool3d([3, 2, 1]), [2, 4, 5, 4]),
        new("AdaptiveMaxPool1d", () => AdaptiveMaxPool1d(1), [3, 9]),
        new("AdaptiveMaxPool1d to what does not divide", () => AdaptiveMaxPool1d(4), [3, 9]),
        new("AdaptiveMaxPool2d", () => AdaptiveMaxPool2d([1, 1]), [3, 9, 8]),
        new("AdaptiveMaxPool2d to three by two", () => AdaptiveMaxPool2d([3, 2]), [3, 9, 8]),
        new("AdaptiveMaxPool2d to what does not divide", () => AdaptiveMaxPool2d([4, 3]), [3, 9, 8]),
        new("Identity", () => Identity(), [7]),
        new("Dropout", () => Dropout(), [7]),
        new("Dropout1d", () => Dropout1d(), [3, 7]),
        new("Dropout2d", () => Dropout2d(), [3, 7, 7]),
        new("Dropout3d", () => Dropout3d(), [2, 3, 3, 3]),
        new("AlphaDropout", () => AlphaDropout(), [7]),
        new("FeatureAlphaDropout", () => FeatureAlphaDropout(), [3, 7]),
        new("Flatten", () => Flatten(), [3, 4, 5]),
        new("Flatten of some dimensions", () => Flatten(2, 3), [3, 4, 5, 2]),
        new("Unflatten", () => Unflatten(1, [3, -1, 2]), [24]),
        new("Unflatten of the last", () => Unflatten(2, [3, 4]), [5, 12]),
        new("PixelShuffle", () => PixelShuffle(2), [8, 3, 4]),
        new("PixelUnshuffle", () => PixelUnshuffle(2), [3, 4, 6]),
        new("ChannelShuffle", () => ChannelShuffle(2), [6, 3, 4]),
        new("Unfold", () => Unfold((3, 2)), [3, 6, 5]),
        new("Unfold with all settings", () => Unfold((3, 2), dilation: (1, 2), padding: (1, 0), stride: (2, 1)), [3, 6, 5]),
        new("Fold", () => Fold((6, 5), (3, 2)), [18, 16]),
        new("Fold with all settings", () => Fold((6, 5), (3, 2), dilation: (1, 2), padding: (1, 0), stride: (2, 1)), [18, 9]),
        new("Upsample of sequences", () => Upsample(scale_factor: [2.0]), [3, 5]),
        new("Upsample by a broken number", () => Upsample(scale_factor: [1.7, 2.3]), [3, 5, 6]),
        new("Upsample to a size that rounds otherwise in ONNX Runtime", () => Upsample(size: [16]), [3, 14]),
        new("Upsample by a broken number that is computed again", () => Upsample(scale_factor: [1.7, 2.3], recompute_scale_factor: true), [3, 5, 6]),
        new("Upsample to a size", () => Upsample(size: [7, 9]), [3, 5, 6]),
        new("Upsample of volumes", () => Upsample(scale_factor: [2.0, 1.5, 3.0]), [2, 3, 4, 3]),
        new("Upsample linear", () => Upsample(scale_factor: [1.7], mode: UpsampleMode.Linear, align_corners: false), [3, 5]),
        new("Upsample linear from corner to corner", () => Upsample(size: [8], mode: UpsampleMode.Linear, align_corners: true), [3, 5]),
        new("Upsample bilinear", () => Upsample(scale_factor: [2.0, 1.7], mode: UpsampleMode.Bilinear, align_corners: false), [3, 5, 6]),
        new(
            "Upsample bilinear by what is computed again",
            () => Upsample(scale_factor: [2.0, 1.7], mode: UpsampleMode.Bilinear, align_corners: false, recompute_scale_factor: true),
            [3, 5, 6]),
        new("Upsample bilinear from corner to corner", () => Upsample(scale_factor: [2.0, 1.7], mode: UpsampleMode.Bilinear, align_corners: true), [3, 5, 6]),
        new("Upsample bilinear to a smaller size", () => Upsample(size: [3, 1], mode: UpsampleMode.Bilinear, align_corners: false), [3, 5, 6]),
        new("Upsample bicubic", () => Upsample(scale_factor: [2.0, 1.7], mode: UpsampleMode.Bicubic, align_corners: false), [3, 5, 6]),
        new("Upsample bicubic from corner to corner", () => Upsample(size: [8, 9], mode: UpsampleMode.Bicubic, align_corners: true), [3, 5, 6]),
        new("Upsample trilinear", () => Upsample(scale_factor: [2.0, 1.7, 1.5], mode: UpsampleMode.Trilinear, align_corners: false), [2, 3, 4, 3]),
        new("Upsample trilinear from corner to corner", () => Upsample(size: [4, 6, 5], mode: UpsampleMode.Trilinear, align_corners: true), [2, 3, 4, 3]),
        new("ConstantPad1d", () => ConstantPad1d((1, 2), 0.5), [3, 4]),
        new("ConstantPad2d", () => ConstantPad2d((1, 2, 3, 0), 0.5), [3, 4, 5]),
        new("ConstantPad3d", () => ConstantPad3d((1, 2, 3, 0, 1, 1), 0.5), [2, 4, 4, 4]),
        new("ZeroPad2d", () => ZeroPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("ReflectionPad1d", () => ReflectionPad1d((1, 2)), [3, 4]),
        new("ReflectionPad2d", () => ReflectionPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("ReflectionPad3d", () => ReflectionPad3d((1, 2, 3, 0, 1, 1)), [2, 4, 4, 4]),
        new("ReplicationPad1d", () => ReplicationPad1d((1, 2)), [3, 4]),
        new("ReplicationPad2d", () => ReplicationPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("ReplicationPad3d", () => ReplicationPad3d((1, 2, 3, 0, 1, 1)), [2, 4, 4, 4]),
        new("TransformerEncoderLayer with ReLU", () => SequenceFirst.Of(TransformerEncoderLayer(12, 3, 20, activation: Activations.ReLU)), [5, 12]),
        new("TransformerEncoderLayer with GELU", () => SequenceFirst.Of(TransformerEncoderLayer(12, 2, 20, activation: Activations.GELU)), [5, 12]),
        new(
            "TransformerEncoder",
            () => SequenceFirst.Of(Around.Of(TransformerEncoder(Transformed(TransformerEncoderLayer(12, 3, 20, activation: Activations.GELU)), 3))),
            [5, 12]),
        new(
            "TransformerDecoderLayer",
            () => SequenceFirst.Of(Around.Of(Transformed(TransformerDecoderLayer(12, 4, 20, activation: Activations.GELU)))),
            [5, 12]),
        new(
            "TransformerDecoder",
            () => SequenceFirst.Of(Around.Of(TransformerDecoder(TransformerDecoderLayer(12, 4, 20, activation: Activations.ReLU), 2))),
            [5, 12]),
        new("Transformer", () => SequenceFirst.Of(Around.Of(Transformed(Transformer(12, 2, 2, 1, 20)))), [5, 12]),
        new("MultiheadAttention", () => SequenceFirst.Of(Around.Of(Transformed(MultiheadAttention(12, 3)))), [5, 12]),
        new("MultiheadAttention without bias", () => SequenceFirst.Of(Around.Of(MultiheadAttention(12, 12, bias: false))), [5, 12]),
        new("MultiheadAttention to another sequence", () => SequenceFirst.Of(Around.Of(MultiheadAttention(12, 2), 12)), [5, 12]),
        new("MultiheadAttention to another width", () => SequenceFirst.Of(Around.Of(Transformed(MultiheadAttention(12, 2, kdim: 5, vdim: 5)), 5)), [5, 12]),
        new("MultiheadAttention with keys of its own", () => SequenceFirst.Of(Around.Of(Transformed(MultiheadAttention(12, 3, add_bias_kv: true)))), [5, 12]),
        new("MultiheadAttention with a zero", () => SequenceFirst.Of(Around.Of(MultiheadAttention(12, 4, add_zero_attn: true))), [5, 12]),
        new("MultiheadAttention with both", () => SequenceFirst.Of(Around.Of(MultiheadAttention(12, 4, add_bias_kv: true, add_zero_attn: true))), [5, 12]),
        new("LSTM", () => Around.Of(LSTM(16, 16)), [5, 16]),
        new("LSTM of both directions and two levels", () => Around.Of(LSTM(16, 16, 2, bidirectional: true, batchFirst: true, bias: false)), [5, 16]),
        new("GRU", () => Around.Of(GRU(4, 6)), [5, 4]),
        new("GRU of both directions and two levels", () => Around.Of(GRU(4, 6, 2, bidirectional: true, batchFirst: true)), [5, 4]),
        new("RNN", () => Around.Of(RNN(4, 6)), [5, 4]),
        new("RNN of ReLU", () => Around.Of(RNN(4, 6, nonLinearity: NonLinearities.ReLU, batchFirst: true)), [5, 4]),
        new("RNN of both directions and two levels", () => Around.Of(RNN(4, 6, 2, bidirectional: true, batchFirst: true, bias: false)), [5, 4]),
    ];

    // Weights and statistics as after training: not ones and zeros.
    public static T Steady<T>(T layer)
        where T : Module<Tensor, Tensor>
    {
        using var noGradient = no_grad();
        foreach (Tensor values in layer.parameters().Select(parameter => (Tensor)parameter).Concat(layer.buffers()).Where(values => values.is_floating_point()))
        {
            values.copy_(rand_like(values) + 0.5);
        }

        return layer;
    }

    // Weights of native layers as after training: biases that are zeros at the start would hide that they are missing.
    private static T Transformed<T>(T layer)
        where T : nn.Module
    {
        using var noGradient = no_grad();
        foreach (Tensor values in layer.parameters())
        {
            values.add_(randn_like(values) * 0.1);
        }

        return layer;
    }
}
