using Distillation.Tests.Conventions;

namespace Distillation.Onnx.Tests.Conventions;

public sealed class KeptAliveScalarTests
{
    [Fact]
    public void Library_calls_no_operator_that_leaves_a_number_unheld() =>
        ScalarMakers.OperatorsCalledBy(typeof(OnnxTeacher).Assembly).Should().BeEmpty();
}
