using System.Runtime.InteropServices;

namespace Distillation.Onnx.Tests.Runtime;

public sealed class SharedTensorsTests
{
    [Fact]
    public void Values_are_the_memory_of_the_tensors()
    {
        using Tensor tensor = torch.zeros(2, 3);
        using var shared = new SharedTensors([tensor]);

        MemoryMarshal.Cast<byte, float>(shared.Values[0].GetTensorMutableRawData())[4] = 7;

        tensor[1, 1].item<float>().Should().Be(7);
        shared.Values[0].GetTensorTypeAndShape().Shape.Should().Equal(2, 3);
    }
}
