using Distillation.Serialization;

namespace Distillation.Onnx.Tests;

/// <summary>The models that <c>Fixtures/make_onnx.py</c> writes, and what PyTorch or NumPy says of some inputs.</summary>
internal static class Models
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Fixtures", "models");

    public static string At(string name) => Path.Combine(Folder, $"{name}.onnx");

    /// <summary>An input or output of a model, with a row for each of six samples.</summary>
    public static Tensor Recorded(string model, string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Folder, "recorded.safetensors"));
        return file.Read($"{model}/{name}");
    }

    public static Batch Samples(Tensor inputs) => new(inputs, null, torch.arange(inputs.size(0), torch.ScalarType.Int64));

    /// <summary>A batch of the recorded inputs of a model with one input.</summary>
    public static Batch Samples(string model, string input) => Samples(Recorded(model, input));

    public static void ShouldBe(this Tensor tensor, Tensor expected, double within = 1e-5)
    {
        tensor.shape.Should().Equal(expected.shape);
        (tensor.to(torch.ScalarType.Float64) - expected.to(torch.ScalarType.Float64)).abs().max().item<double>().Should().BeLessThanOrEqualTo(within);
    }
}
