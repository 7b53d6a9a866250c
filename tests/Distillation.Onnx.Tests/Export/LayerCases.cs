using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

/// <summary>A layer in one of its settings, and the shape of a sample that it takes.</summary>
public sealed record LayerCase(string Name, Func<Module<Tensor, Tensor>> Make, long[] Shape, long? Indices = null)
{
    public override string ToString() => Name;
}

/// <summary>Every layer that can be exported, in the settings that differ in the file.</summary>
/// <remarks>Transposed convolutions have channels of whole vectors: oneDNN 3.7, which libtorch 2.10 brings, computes some others wrong on some processors.</remarks>
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
        new("MaxPool1d", () => MaxPool1d(3, 2, 1), [3, 9]),
        new("MaxPool2d", () => MaxPool2d(2), [3, 9, 8]),
        new("MaxPool2d with all settings", () => MaxPool2d((3, 2), (2, 1), (1, 0), (1, 2), ceil_mode: true), [3, 10, 8]),
        new("MaxPool3d", () => MaxPool3d(2), [2, 4, 4, 4]),
        new("AvgPool1d", () => AvgPool1d(3, 2, 1), [3, 9]),
        new("AvgPool2d", () => AvgPool2d(2), [3, 9, 8]),
        new("AvgPool2d with all settings", () => AvgPool2d((3, 2), (2, 1), (1, 0), ceil_mode: true, count_include_pad: false), [3, 10, 8]),
        new("AvgPool3d", () => AvgPool3d([2, 2, 2]), [2, 4, 4, 4]),
        new("AdaptiveAvgPool1d", () => AdaptiveAvgPool1d(1), [3, 9]),
        new("AdaptiveAvgPool1d to three", () => AdaptiveAvgPool1d(3), [3, 9]),
        new("AdaptiveAvgPool2d", () => AdaptiveAvgPool2d([1, 1]), [3, 9, 8]),
        new("AdaptiveAvgPool2d to three by two", () => AdaptiveAvgPool2d([3, 2]), [3, 9, 8]),
        new("AdaptiveAvgPool3d", () => AdaptiveAvgPool3d([1, 1, 1]), [2, 4, 4, 4]),
        new("AdaptiveMaxPool1d", () => AdaptiveMaxPool1d(1), [3, 9]),
        new("AdaptiveMaxPool2d", () => AdaptiveMaxPool2d([1, 1]), [3, 9, 8]),
        new("AdaptiveMaxPool2d to three by two", () => AdaptiveMaxPool2d([3, 2]), [3, 9, 8]),
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
        new("ConstantPad1d", () => ConstantPad1d((1, 2), 0.5), [3, 4]),
        new("ConstantPad2d", () => ConstantPad2d((1, 2, 3, 0), 0.5), [3, 4, 5]),
        new("ZeroPad2d", () => ZeroPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("ReflectionPad1d", () => ReflectionPad1d((1, 2)), [3, 4]),
        new("ReflectionPad2d", () => ReflectionPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("ReplicationPad1d", () => ReplicationPad1d((1, 2)), [3, 4]),
        new("ReplicationPad2d", () => ReplicationPad2d((1, 2, 3, 0)), [3, 4, 5]),
        new("TransformerEncoderLayer with ReLU", () => SequenceFirst.Of(TransformerEncoderLayer(12, 3, 20, activation: Activations.ReLU)), [5, 12]),
        new("TransformerEncoderLayer with GELU", () => SequenceFirst.Of(TransformerEncoderLayer(12, 2, 20, activation: Activations.GELU)), [5, 12]),
        new("LSTM", () => new Recurrent(LSTM(16, 16)), [5, 16]),
        new("LSTM of both directions and two levels", () => new Recurrent(LSTM(16, 16, 2, bidirectional: true, batchFirst: true, bias: false)), [5, 16]),
        new("GRU", () => new RecurrentGated(GRU(4, 6)), [5, 4]),
        new("GRU of both directions and two levels", () => new RecurrentGated(GRU(4, 6, 2, bidirectional: true, batchFirst: true)), [5, 4]),
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
}
