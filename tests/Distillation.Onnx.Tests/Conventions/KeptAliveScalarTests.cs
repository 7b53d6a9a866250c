using Distillation.Tests.Conventions;

namespace Distillation.Onnx.Tests.Conventions;

public sealed class KeptAliveScalarTests
{
    [Fact]
    public void The_library_holds_every_number_that_it_hands_to_native_code() => UnheldNumbers.Of(typeof(OnnxTeacher).Assembly).Should().BeEmpty();
}
