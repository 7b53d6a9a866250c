using Distillation.Tests.Conventions;

namespace Distillation.Images.Tests.Conventions;

public sealed class KeptAliveScalarTests
{
    [Fact]
    public void Library_calls_no_operator_that_leaves_a_number_unheld() =>
        ScalarMakers.OperatorsCalledBy(typeof(ImageFolder).Assembly).Should().BeEmpty();
}
