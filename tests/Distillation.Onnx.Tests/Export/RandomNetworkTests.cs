using CsCheck;
using Distillation.Tests;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class RandomNetworkTests
{
    private const int Channels = 4;

    private static readonly Func<Module<Tensor, Tensor>>[] Layers =
    [
        () => Conv2d(Channels, Channels, 3, padding: 1),
        () => Conv2d(Channels, Channels, 3, padding: 2, dilation: 2, groups: 2),
        () => BatchNorm2d(Channels),
        () => LayerCases.Steady(GroupNorm(2, Channels)),
        () => ReLU(),
        () => GELU(),
        () => PReLU(Channels),
        () => Dropout2d(),
        () => new ResidualBlock(Channels),
        () => Sequential(SiLU(), MaxPool2d(2, 1)),
    ];

    [Fact]
    public void Random_networks_compute_the_same_in_ONNX_Runtime() =>
        Gen.Select(Gen.Int[0, Layers.Length - 1].Array[0, 5], Gen.Bool).ForAll(
            (choices, folds) =>
            {
                using var scope = torch.NewDisposeScope();
                using var file = new ExportedFile();
                torch.manual_seed(choices.Length);
                Module<Tensor, Tensor>[] body = [.. choices.Select(choice => Layers[choice]())];
                Module<Tensor, Tensor> network = Sequential([.. body, AdaptiveAvgPool2d([1, 1]), Flatten(), Linear(Channels, 3)]);

                OnnxExportReport report = OnnxExport.Write(network, file.Path, [Channels, 12, 12], new() { FoldBatchNorm = folds });

                report.LargestError.Should().BeLessThan(1e-4);
                file.Error(network, torch.randn(5, Channels, 12, 12)).Should().BeLessThan(1e-4);
            },
            iter: 60);
}
