using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

/// <summary>Files that PyTorch 1.13 wrote, by <c>Fixtures/make_pth.py</c>.</summary>
internal static class TorchFixture
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures", name);

    public static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    /// <summary>The outputs of a network in PyTorch.</summary>
    public static (Tensor Input, Tensor Output) Recorded(string network)
    {
        using TorchWeightsFile file = TorchWeightsFile.Open(PathOf("recorded.pth"), within: network);
        return (file.Read("input"), file.Read("output"));
    }
}
